// What things are called, for people: names in the reader's language where a statement has them, else
// the readable end of an identifier.
const wanted = navigator.languages.map((one) => one.toLowerCase());

// The text of a language map for this reader, and its language.
export function choose(map = {}) {
  const there = Object.keys(map ?? {});
  const fits = (want) => there.find((one) => one.toLowerCase() === want) ??
    there.find((one) => one.toLowerCase().split("-")[0] === want.split("-")[0]);
  const lang = wanted.map(fits).find(Boolean) ?? fits("en") ?? there[0];
  return lang === undefined ? { text: "", lang: "" } : { text: String(map[lang]), lang };
}

function plain(text) {
  try { return decodeURIComponent(text); } catch { return text; }
}

// `https://example.org/course/1` is "course/1", `http://adlnet.gov/expapi/verbs/answered` "answered".
export function endOf(iri = "") {
  const parts = String(iri).replace(/[#?/]+$/, "").split(/[/#?]/).filter(Boolean);
  const last = parts.at(-1) ?? String(iri);
  return plain(/^\d+$/.test(last) && parts.length > 2 ? parts.slice(-2).join("/") : last);
}

export function actorName(actor = {}) {
  if (actor.name) return actor.name;
  if (actor.mbox) return actor.mbox.replace(/^mailto:/, "");
  if (actor.account) return actor.account.name;
  if (actor.openid) return endOf(actor.openid);
  if (actor.mbox_sha1sum) return `mail ${actor.mbox_sha1sum.slice(0, 8)}…`;
  return actor.member?.length ? actor.member.slice(0, 3).map(actorName).join(", ") + (actor.member.length > 3 ? " …" : "") : "somebody";
}

// What identifies an actor, and nothing else: what the parameter `agent` takes. Null for a group without.
export function identityOf(actor = {}) {
  for (const key of ["mbox", "mbox_sha1sum", "openid", "account"])
    if (actor[key]) return { ...(actor.objectType === "Group" ? { objectType: "Group" } : {}), [key]: actor[key] };
  return null;
}

export function verbName(verb = {}) {
  const { text, lang } = choose(verb.display);
  return text ? { text, lang } : { text: endOf(verb.id).replaceAll(/[-_]+/g, " "), lang: "" };
}

export function activityName(activity = {}) {
  const { text, lang } = choose(activity.definition?.name);
  return text ? { text, lang } : { text: endOf(activity.id), lang: "" };
}

export function objectName(object = {}) {
  if (object.objectType === "Agent" || object.objectType === "Group") return { text: actorName(object), lang: "" };
  if (object.objectType === "StatementRef") return { text: `statement ${object.id.slice(0, 8)}…`, lang: "" };
  if (object.objectType === "SubStatement") return { text: `“${plainSentence(object)}”`, lang: "" };
  return activityName(object);
}

export function plainSentence(statement) {
  return `${actorName(statement.actor)} ${verbName(statement.verb).text} ${objectName(statement.object).text}`;
}

// The courses and the like that a statement names: parents, then groupings.
export function coursesOf(statement) {
  const around = statement.context?.contextActivities ?? {};
  return [around.parent ?? [], around.grouping ?? []].flat();
}

const number = new Intl.NumberFormat();
const fine = new Intl.NumberFormat(undefined, { maximumFractionDigits: 2 });
const percent = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 0 });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const near = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
export const asNumber = (value) => (value === null || value === undefined ? "–" : Number.isInteger(value) ? number.format(value) : fine.format(value));
export const asPercent = (value) => (value === null || value === undefined ? "–" : percent.format(value));
export const asInstant = (text) => day.format(new Date(text));

// A short one: today's by the clock, this year's without the year.
export function asMoment(text) {
  const at = new Date(text), now = new Date();
  if (at.toDateString() === now.toDateString()) return clock.format(at);
  return at.getFullYear() === now.getFullYear() ? near.format(at) : at.toLocaleDateString(undefined, { dateStyle: "medium" });
}

// Seconds as people say them.
export function asDuration(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 59.5) return `${fine.format(seconds)} s`;
  const whole = Math.round(seconds), minutes = Math.round(seconds / 60);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${number.format(Math.floor(minutes / 60))} h ${minutes % 60} min`;
}

export function asBytes(bytes) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0, value = bytes;
  for (; value >= 1024 && unit < units.length - 1; ++unit) value /= 1024;
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}
