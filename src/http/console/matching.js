// Why a statement is in a list: where it has what was asked for.
import { element } from "../docs/element.js";
import { identityOf } from "./names.js";

const sameText = (one, other) => JSON.stringify(one) === JSON.stringify(other);

// The places of a statement that hold an actor or an activity, by their JSON pointers.
function places(value, fits, at = "") {
  if (value === null || typeof value !== "object") return [];
  return [...(fits(value) ? [at] : []), ...Object.entries(value).flatMap(([key, one]) => places(one, fits, `${at}/${key}`))];
}

function whereIs(name, wanted, statement) {
  if (name === "verb") return statement.verb.id === wanted ? ["/verb/id"] : [];
  if (name === "registration") return statement.context?.registration?.toLowerCase() === wanted.toLowerCase() ? ["/context/registration"] : [];
  if (name === "activity") return places(statement, (one) => one.id === wanted && one !== statement.verb);
  const agent = identityOf(JSON.parse(wanted)) ?? {};
  delete agent.objectType;
  return places(statement, (one) => { const found = identityOf(one); if (found) delete found.objectType; return found && sameText(found, agent); });
}

export function whyMatched(statement, filters = {}) {
  const asked = ["agent", "verb", "activity", "registration"].filter((name) => filters[name]);
  if (!asked.length) return "";
  const refers = statement.object?.objectType === "StatementRef" || statement.context?.statement;
  const reason = (name) => {
    let found = [];
    try { found = whereIs(name, filters[name], statement); } catch { /* not JSON: the server refuses it too */ }
    if (found.length) return [`has the ${name} at `, ...found.slice(0, 4).flatMap((one, i) => [i ? ", " : "", element("code", {}, one)])];
    return [refers ? `has the ${name} through the statement that it refers to` : `does not have the ${name} that was asked for`];
  };
  return [element("h3", {}, "Why it is in this list"), element("ul", {}, asked.map((name) => element("li", {}, "It ", reason(name), ".")))];
}
