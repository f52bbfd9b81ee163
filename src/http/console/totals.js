// A row of numbers about some statements.
import { element } from "../docs/element.js";
import { fill } from "./parts.js";
import { columns } from "./ranking.js";
import { ask } from "./statistics.js";

export function totals(filters, measures, signal) {
  const place = element("dl", { class: "numbers" });
  fill(place, async () => {
    const answer = await ask({ ...filters, measure: measures.join(",") }, signal);
    return measures.map((one) => element("div", {}, element("dt", {}, columns[one][0]), element("dd", {}, columns[one][1](answer.totals[one]))));
  });
  return place;
}
