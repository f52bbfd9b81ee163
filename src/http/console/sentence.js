// Statements as sentences and short facts beside them.
import { element } from "../docs/element.js";
import { actorName, asMoment, asNumber, asPercent, objectName, verbName } from "./names.js";

export function inLanguage(tag, { text, lang }, attributes = {}) {
  return element(tag, { ...attributes, lang: lang || undefined, dir: "auto" }, text);
}

// `linkTo(what, value)` gives the address that a part leads to, or nothing where it stays a text.
export function sentence(statement, linkTo = () => undefined) {
  const part = (kind, value, name, tag) => {
    const href = linkTo(kind, value);
    return href ? inLanguage("a", name, { href, class: kind }) : inLanguage(tag, name, { class: kind });
  };
  const { actor, verb, object } = statement;
  const nested = object?.objectType === "SubStatement";
  return element("span", { class: "sentence" },
    part("actor", actor, { text: actorName(actor), lang: "" }, "strong"), " ",
    part("verb", verb, verbName(verb), "span"), " ",
    nested ? ["“", sentence(object, linkTo), "”"] : part("object", object, objectName(object), "strong"));
}

// The result in a few words, each with what it is.
export function marks(statement) {
  const { score, success, completion } = statement.result ?? {};
  const made = [];
  if (typeof score?.scaled === "number") made.push(element("span", { class: "mark" }, asPercent(score.scaled)));
  else if (typeof score?.raw === "number") made.push(element("span", { class: "mark" }, `${asNumber(score.raw)}${score.max ? ` of ${asNumber(score.max)}` : ""}`));
  if (typeof success === "boolean") made.push(element("span", { class: success ? "mark good" : "mark bad" }, success ? "right" : "not right"));
  if (completion === true) made.push(element("span", { class: "mark good" }, "completed"));
  if (statement.attachments?.length) made.push(element("span", { class: "mark" }, statement.attachments.length === 1 ? "1 attachment" : `${statement.attachments.length} attachments`));
  return made;
}

export function moment(text) {
  return element("time", { datetime: text, title: text }, asMoment(text));
}
