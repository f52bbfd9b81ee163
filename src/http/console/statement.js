// One statement: what it says, what it came with, what it refers to, and its text as it was received.
import { code, element } from "../docs/element.js";
import { addressTo } from "./address.js";
import { attachmentList } from "./attachments.js";
import { indented } from "./json_text.js";
import { whyMatched } from "./matching.js";
import { activityName, actorName, asDuration, asInstant, asNumber, asPercent, identityOf } from "./names.js";
import { copyButton, facts, fill } from "./parts.js";
import { references } from "./references.js";
import { inLanguage, sentence } from "./sentence.js";
import { asCurl, readText } from "./session.js";
import { voidButton, voidedBy } from "./voiding.js";

// Where the parts of a sentence lead: to the person, to the item, to the statements with this verb.
export function linkTo(kind, value) {
  if (kind === "verb") return addressTo("statements", { verb: value.id });
  const agent = ["Agent", "Group"].includes(value?.objectType) || kind === "actor" ? identityOf(value) : null;
  if (agent) return addressTo("people", { agent: JSON.stringify(agent) });
  if (value?.objectType === "StatementRef") return addressTo("statements", { id: value.id });
  return kind === "object" && value?.id ? addressTo("courses", { activity: value.id }) : undefined;
}

// The text of a statement that is stored, void or not, and which.
export async function readStatement(id) {
  const path = "xAPI/statements";
  try {
    return { text: await readText(path, { query: { statementId: id } }), isVoided: false, query: { statementId: id } };
  } catch (error) {
    if (error.status !== 404) throw error;
    return { text: await readText(path, { query: { voidedStatementId: id } }), isVoided: true, query: { voidedStatementId: id } };
  }
}

const seconds = (duration) => {
  const found = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?$/.exec(duration ?? "");
  return found ? [604800, 86400, 3600, 60, 1].reduce((sum, one, i) => sum + one * Number(found[i + 1] ?? 0), 0) : null;
};

function resultFacts({ score = {}, success, completion, response, duration } = {}) {
  const took = seconds(duration);
  return [
    ["Score", [typeof score.scaled === "number" ? asPercent(score.scaled) : "",
      typeof score.raw === "number" ? `${asNumber(score.raw)}${score.max === undefined ? "" : ` of ${asNumber(score.max)}`}` : ""].filter(Boolean).join(", ")],
    ["Success", success === undefined ? "" : success ? "yes" : "no"],
    ["Completion", completion === undefined ? "" : completion ? "yes" : "no"],
    ["Response", response === undefined ? "" : element("code", {}, response)],
    ["Duration", duration === undefined ? "" : took === null ? duration : asDuration(took)]];
}

function contextFacts({ contextActivities = {}, registration, platform, language, instructor, team } = {}) {
  const hrefOf = (view, id) => (view === "courses" ? addressTo(view, { course: id }) : addressTo(view, { activity: id, related_activities: "true" }));
  const shown = (activities, view = "courses") => (activities ? element("div", {}, [activities].flat().map((one) =>
    element("div", {}, inLanguage("a", activityName(one), { href: hrefOf(view, one.id) })))) : "");
  return [
    ["Parent", shown(contextActivities.parent)], ["Grouping", shown(contextActivities.grouping)],
    ["Category", shown(contextActivities.category, "statements")], ["Other", shown(contextActivities.other, "statements")],
    ["Registration", registration ? element("a", { href: addressTo("statements", { registration }) }, registration) : ""],
    ["Instructor", instructor ? actorName(instructor) : ""], ["Team", team ? actorName(team) : ""],
    ["Platform", platform], ["Language", language]];
}

function page(statement, { text, isVoided, query }, filters, close) {
  const voided = element("div", {}), chain = element("div", {});
  if (isVoided) fill(voided, () => voidedBy(statement));
  fill(chain, () => references(statement));
  const heading = element("h2", { tabindex: "-1" }, sentence(statement, linkTo));
  const made = [
    element("div", { class: "panel-head" }, heading,
      element("button", { type: "button", class: "quiet", "aria-label": "Close the statement", onclick: close }, "✕")),
    isVoided ? element("p", { class: "trouble" }, "This statement is void: lists leave it out.") : "", voided,
    facts([
      ["Happened", asInstant(statement.timestamp ?? statement.stored)], ["Stored", asInstant(statement.stored)],
      ["Sent by", statement.authority ? actorName(statement.authority) : ""],
      ...resultFacts(statement.result), ...contextFacts(statement.context)]),
    attachmentList(statement, query), whyMatched(statement, filters), chain,
    element("h3", {}, "As it was received"), code(indented(text), "The statement's JSON"),
    element("div", { class: "buttons" }, copyButton("Copy JSON", () => text), copyButton("Copy as curl", () => asCurl("xAPI/statements", query)),
      isVoided ? "" : voidButton(statement))];
  return { made, heading };
}

let latest = 0;

export async function showStatement(panel, id, filters, close) {
  const mine = ++latest;
  let heading = null;
  await fill(panel, async () => {
    const found = await readStatement(id);
    const whole = page(JSON.parse(found.text), found, filters, close);
    if (mine !== latest) throw Object.assign(new Error(), { name: "AbortError" });
    heading = whole.heading;
    return whole.made;
  });
  if (mine !== latest) return;
  if (!heading) panel.prepend(element("button", { type: "button", class: "quiet", onclick: close }, "Close"));
  heading?.focus({ preventScroll: true });
  panel.scrollTop = 0;
}
