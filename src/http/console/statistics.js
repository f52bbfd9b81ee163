// Questions to /xAPI/extensions/statistics, few at a time: each reads much of the store.
import { endOf } from "./names.js";
import { readJson } from "./session.js";

const atOnceMax = 2;
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const waiting = [];
let running = 0;

function next() {
  while (running < atOnceMax && waiting.length) {
    const { query, signal, resolve, reject } = waiting.shift();
    if (signal?.aborted) { reject(new DOMException("", "AbortError")); continue; }
    running += 1;
    readJson("xAPI/extensions/statistics", { query, signal }).then(resolve, reject).finally(() => { running -= 1; next(); });
  }
}

export function ask(query, signal) {
  return new Promise((resolve, reject) => {
    waiting.push({ query: { zone, name: "true", ...query }, signal, resolve, reject });
    next();
  });
}

// The agent that an actor's key names: `mbox:mailto:ann@example.org`, `account:https://lms.example.org ann`.
export function agentOfKey(key) {
  const [, kind, rest] = /^([a-z0-9_]+):(.*)$/s.exec(key) ?? [];
  if (kind === "mbox") return { mbox: rest };
  if (kind === "sha1") return { mbox_sha1sum: rest };
  if (kind === "openid") return { openid: rest };
  const at = rest?.indexOf(" ") ?? -1;
  return at < 0 ? null : { account: { homePage: rest.slice(0, at), name: rest.slice(at + 1) } };
}

export function keyOfAgent(json) {
  let agent;
  try { agent = JSON.parse(json); } catch { return json; }
  if (agent.mbox) return `mbox:${agent.mbox}`;
  if (agent.mbox_sha1sum) return `sha1:${agent.mbox_sha1sum}`;
  if (agent.openid) return `openid:${agent.openid}`;
  return agent.account ? `account:${agent.account.homePage} ${agent.account.name}` : json;
}

// What a group is called where it has no name.
export function nameOfKey(dimension, key) {
  if (key === null || key === undefined) return "none";
  if (dimension !== "actor" && dimension !== "authority") return /^[a-z][a-z0-9+.-]*:/i.test(key) ? endOf(key).replaceAll(/[-_]+/g, " ") : key;
  const agent = agentOfKey(key);
  return agent ? agent.account?.name ?? (agent.mbox ?? agent.openid ?? `mail ${agent.mbox_sha1sum.slice(0, 8)}…`).replace(/^mailto:/, "") : key;
}

export const nameOf = (group, dimension) => group.name?.[dimension] ?? nameOfKey(dimension, group.key[dimension]);
