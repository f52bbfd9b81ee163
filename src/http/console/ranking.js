// A table of people, courses or activities with measures of each: the first ones by a measure that the
// reader chooses.
import { element } from "../docs/element.js";
import { asDuration, asNumber, asPercent } from "./names.js";
import { fill } from "./parts.js";
import { ask, nameOf } from "./statistics.js";

const shownMost = 100;

// What can stand in a column.
export const columns = {
  count: ["Statements", asNumber], actors: ["People", asNumber], activities: ["Activities", asNumber], success_rate: ["Right", asPercent],
  completion_rate: ["Completed", asPercent], scaled_mean: ["Mean score", asPercent], duration_p50: ["Median time", asDuration], duration_sum: ["Time", asDuration],
};

const kinds = { actor: "Person", course: "Course", activity: "Activity", verb: "Verb", authority: "Sender" };

export class Ranking {
  // `share`: the measure whose bars are drawn, each against `whole(totals)`.
  constructor(title, { dimension, measures, hrefOf, filters, signal, share, none }) {
    Object.assign(this, { title, dimension, measures, hrefOf, filters, signal, share, none });
    this.first = measures[0];
    this.body = element("div", { class: "ranking" });
    this.whole = element("section", { "aria-label": title }, element("h2", {}, title), this.body);
    this.show();
  }

  head() {
    return element("tr", {}, element("th", { scope: "col" }, kinds[this.dimension]), this.measures.map((measure) => element("th", {
      scope: "col", "aria-sort": measure === this.first ? "descending" : undefined },
      element("button", { type: "button", class: "sort", onclick: () => { this.first = measure; this.show(); } }, columns[measure][0]))));
  }

  row(group) {
    const name = element("a", { href: this.hrefOf(group.key[this.dimension]), title: group.key[this.dimension], dir: "auto" }, nameOf(group, this.dimension));
    return element("tr", {}, element("th", { scope: "row" }, name), this.measures.map((measure) => {
      const cell = element("td", {}, columns[measure][1](group[measure]));
      if (measure === this.share && this.most) {
        cell.className = "share";
        cell.style.setProperty("--share", `${(100 * group[measure]) / this.most}%`);
        cell.append(element("small", {}, ` ${asPercent(group[measure] / this.most)}`));
      }
      return cell;
    }));
  }

  show() {
    return fill(this.body, async () => {
      const measures = [this.first, ...this.measures.filter((one) => one !== this.first)];
      const { groups, groups_in_all, totals } = await ask({ ...this.filters, by: this.dimension, measure: measures.join(","), top: shownMost }, this.signal);
      this.most = totals[this.share];
      const said = groups.filter((one) => one.key[this.dimension] !== null);
      if (!said.length) return element("p", { class: "note" }, this.none);
      return [element("div", { class: "wide", tabindex: "0", role: "region", "aria-label": `Table: ${this.title}` }, element("table", {},
        element("thead", {}, this.head()), element("tbody", {}, said.map((one) => this.row(one))))),
      groups_in_all > groups.length ? element("p", { class: "note" }, `The first ${groups.length} of ${asNumber(groups_in_all)} by ${columns[this.first][0].toLowerCase()}.`) : ""];
    });
  }
}
