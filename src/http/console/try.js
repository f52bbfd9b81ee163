// Sends statements, and shows the verdict: stored, or why not, where, and by which rule.
import { element } from "../docs/element.js";
import { addressTo } from "./address.js";
import { field, trouble } from "./parts.js";
import { Refusal, answerOf, user } from "./session.js";

const example = () => JSON.stringify({
  actor: user.agent,
  verb: { id: "http://adlnet.gov/expapi/verbs/attempted", display: { en: "attempted" } },
  object: { id: "https://example.org/course/1", definition: { name: { en: "The first course" } } } }, null, 2);

// Where in a text the value at a JSON pointer begins and ends: the text has no such thing where undefined.
export function spanOf(text, pointer) {
  const keys = pointer.split("/").slice(1).map((one) => one.replaceAll("~1", "/").replaceAll("~0", "~"));
  const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;
  let found;
  const next = () => token.exec(text);
  function value(first, path) {
    const begin = first.index;
    if (first[0] === "{" || first[0] === "[") {
      const isList = first[0] === "[";
      for (let i = 0, one = next(); one && one[0] !== "}" && one[0] !== "]"; ++i, one = next()) {
        if (one[0] === ",") { --i; continue; }
        let key = String(i), start = one;
        if (!isList) { key = JSON.parse(one[0]); next(); start = next(); }
        if (!start) return;
        value(start, [...path, key]);
      }
    }
    if (path.length === keys.length && path.every((one, i) => one === keys[i])) found = [begin, token.lastIndex];
  }
  try {
    const first = next();
    if (first) value(first, []);
  } catch { return undefined; }
  return found;
}

// A refusal's detail tells of several faults: `text; /0/verb/id: text (rule)`.
function faultsOf(error) {
  const [first, ...rest] = error.message.split(/; (?=\/)/);
  return [{ text: first, path: error.path, rule: error.rule }, ...rest.map((one) => {
    const [, path, text, rule] = /^(\/\S*): (.*?)(?: \(([^()]*)\))?$/s.exec(one) ?? [null, undefined, one];
    return { path, text, rule };
  })];
}

function refusal(error, area, isList) {
  const choose = (path) => {
    const span = spanOf(area.value, isList ? path : path.replace(/^\/0(?=\/|$)/, ""));
    if (!span) return;
    area.focus();
    area.setSelectionRange(...span);
  };
  return [element("p", { class: "verdict bad" }, error.status === 400 ? "Refused: nothing of it is stored." : `Refused with status ${error.status}.`),
    element("ul", { class: "faults" }, faultsOf(error).map(({ text, path, rule }) => element("li", {}, text, " ",
      path ? element("button", { type: "button", class: "quiet place", onclick: () => choose(path) }, path) : "", " ",
      rule ? element("small", {}, rule) : "")))];
}

function verdict(ids) {
  return [element("p", { class: "verdict good" }, ids.length === 1 ? "Stored." : `Stored, ${ids.length} of them.`),
    element("ul", {}, ids.slice(0, 20).map((id) => element("li", {}, element("a", { href: addressTo("statements", { id }) }, id))))];
}

export function open(place) {
  const area = element("textarea", { rows: "18", spellcheck: "false", autocomplete: "off" });
  const version = element("select", {}, ["1.0.3", "2.0.0"].map((one) => element("option", {}, one)));
  const said = element("div", { role: "status" });
  const button = element("button", {}, "Send");
  area.value = example();
  const send = async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      const answer = await answerOf("xAPI/statements", { method: "POST", body: area.value,
        headers: { "Content-Type": "application/json", "X-Experience-API-Version": version.value } });
      const text = await answer.text();
      said.replaceChildren(...(answer.ok ? verdict(JSON.parse(text || "[]")) : refusal(new Refusal(answer.status, text), area, area.value.trimStart().startsWith("["))));
    } catch (error) {
      said.replaceChildren(trouble(error));
    }
    button.disabled = false;
  };
  place.append(element("h1", {}, "Try a statement"),
    element("p", {}, "What you send here is stored, in your name, as any client's would be."),
    element("form", { class: "try", onsubmit: send },
      field("Statement, or a list of them", area), element("div", { class: "buttons" }, field("Version", version), button)), said);
  return { update() {} };
}
