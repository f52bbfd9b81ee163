// What people answered to one item, the newest ones: how often each, and whether it was right.
import { element } from "../docs/element.js";
import { asNumber, asPercent, choose } from "./names.js";
import { barList } from "./charts.js";
import { readJson } from "./session.js";

const answersMax = 1000;
const shownMost = 30;

// What a response says, in words where the definition has them: `a[,]b` is two choices.
export function inWords(response, definition = {}) {
  const known = new Map(["choices", "scale", "source", "target", "steps"].flatMap((kind) => definition[kind] ?? [])
    .map((one) => [one.id, choose(one.description).text || one.id]));
  return response.split("[,]").map((one) => one.split("[.]").map((part) => known.get(part) ?? part).join(" → ")).join(", ");
}

export async function showAnswers(activity, signal) {
  const definition = (await readJson("xAPI/activities", { query: { activityId: activity }, signal })).definition ?? {};
  const found = new Map();
  let looked = 0, answered = 0, address = "xAPI/statements";
  for (let query = { activity }; address && looked < answersMax; query = undefined) {
    const { statements, more } = await readJson(address, { query, signal });
    for (const { result } of statements) {
      if (typeof result?.response !== "string") continue;
      const one = found.get(result.response) ?? { count: 0, right: 0, said: 0 };
      one.count += 1;
      if (typeof result.success === "boolean") one.said += 1;
      if (result.success) one.right += 1;
      found.set(result.response, one);
      answered += 1;
    }
    looked += statements.length;
    address = more;
  }
  if (!answered) return element("p", { class: "note" }, "No statement about it has a response.");
  const rows = [...found].sort(([, a], [, b]) => b.count - a.count).slice(0, shownMost).map(([response, { count, right, said }]) => ({
    name: inWords(response, definition) || "(empty)", title: response, value: count,
    text: `${asNumber(count)}, ${said ? `${asPercent(right / said)} right` : "not judged"}` }));
  const patterns = definition.correctResponsesPattern ?? [];
  return [
    definition.description ? element("p", { dir: "auto" }, choose(definition.description).text) : "",
    patterns.length ? element("p", {}, "Right is: ", patterns.map((one) => inWords(one, definition)).join("; or ")) : "",
    barList("Answers", rows),
    element("p", { class: "note" }, `${asNumber(answered)} answers${found.size > shownMost ? `, the ${shownMost} most frequent of ${asNumber(found.size)} different ones` : ""}${address ? `, among the newest ${asNumber(looked)} statements about it` : ""}.`)];
}
