// What the data have to offer for a filter: the most frequent verbs, activities, people and so on, with their names.
import { asNumber } from "./names.js";
import { agentOfKey, ask, nameOf } from "./statistics.js";

const offeredMost = 200;
const answersKept = 30;

const known = new Map(); // promises of options by what was asked

// The identifier that is read beside a name.
function identifier(dimension, key) {
  if (dimension !== "actor") return key;
  const agent = agentOfKey(key);
  return agent?.account ? `${agent.account.name} ${agent.account.homePage}` : (agent?.mbox ?? agent?.openid ?? agent?.mbox_sha1sum ?? "").replace(/^mailto:/, "");
}

function optionOf(group, dimension) {
  const key = group.key[dimension], text = nameOf(group, dimension);
  const told = identifier(dimension, key), count = asNumber(group.count);
  return { value: dimension === "actor" ? JSON.stringify(agentOfKey(key)) : key, text, note: told === text ? count : `${told} · ${count}` };
}

// Options tell of what one user may read: they end with the sign-in.
export const forgetOffers = () => known.clear();

// A promise of the options for a dimension among the statements that `filters` let in; the same ones again while the
// page is open, since a list that changes under one's eyes helps nobody.
export function offersOf(dimension, filters = {}) {
  const query = { ...filters, by: dimension, measure: "count", top: offeredMost };
  const name = JSON.stringify(query);
  if (!known.has(name)) {
    if (known.size >= answersKept) known.clear();
    const answer = ask(query).then(({ groups }) => groups.filter((one) => one.key[dimension] !== null).map((one) => optionOf(one, dimension)));
    answer.catch(() => known.delete(name));
    known.set(name, answer);
  }
  return known.get(name);
}
