// What a statement refers to, link by link, and what refers to it; what voids it is told apart.
import { element } from "../docs/element.js";
import { addressTo } from "./address.js";
import { identityOf } from "./names.js";
import { moment, sentence } from "./sentence.js";
import { readJson } from "./session.js";
import { readStatement } from "./statement.js";

const linksMax = 10;    // of the chain that is followed
const looksMax = 300;   // later statements that are looked through

export const voided = "http://adlnet.gov/expapi/verbs/voided";

const targetOf = (statement) => (statement.object?.objectType === "StatementRef" ? statement.object.id : statement.context?.statement?.id);

async function chainOf(statement) {
  const chain = [], seen = new Set([statement.id]);
  for (let id = targetOf(statement); id && !seen.has(id) && chain.length < linksMax;) {
    seen.add(id);
    try {
      const found = await readStatement(id);
      const next = JSON.parse(found.text);
      chain.push({ id, statement: next, isVoided: found.isVoided });
      id = targetOf(next);
    } catch (error) {
      if (error.status !== 404) throw error;
      chain.push({ id });
      break;
    }
  }
  return chain;
}

// Statements whose object is this one. Lists give a statement that refers for what its target has.
export async function referringTo(statement, verb) {
  const agent = identityOf(statement.actor);
  const query = { since: statement.stored, ascending: "true", verb: verb ?? statement.verb.id, agent: verb || !agent ? "" : JSON.stringify(agent) };
  const found = [];
  let address = "xAPI/statements", looked = 0;
  for (let first = true; address && looked < looksMax; first = false) {
    const { statements, more } = await readJson(address, first ? { query } : {});
    found.push(...statements.filter((one) => one.object.objectType === "StatementRef" && one.object.id.toLowerCase() === statement.id.toLowerCase()));
    looked += statements.length;
    address = more;
  }
  return { found, isWhole: !address };
}

function line({ id, statement, isVoided }) {
  const href = addressTo("statements", { id });
  if (!statement) return element("li", {}, element("a", { href }, id), ", which is not stored here");
  return element("li", {}, moment(statement.timestamp ?? statement.stored), " ", element("a", { href }, sentence(statement)), isVoided ? " (void)" : "");
}

export async function references(statement) {
  const [chain, back] = await Promise.all([chainOf(statement), referringTo(statement)]);
  const found = back.found.filter((one) => one.verb.id !== voided);
  return [
    chain.length ? [element("h3", {}, "It refers to"), element("ol", { class: "chain" }, chain.map(line))] : "",
    found.length ? [element("h3", {}, "What refers to it"), element("ul", { class: "chain" }, found.map((one) => line({ id: one.id, statement: one })))] : "",
    back.isWhole || !found.length ? "" : element("p", { class: "note" }, `Among the next ${looksMax} statements that are like it.`)];
}
