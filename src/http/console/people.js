// Who learns: a table of people, and one person's time line.
import { element } from "../docs/element.js";
import { addressTo, goTo } from "./address.js";
import { barList } from "./charts.js";
import { Combobox } from "./combobox.js";
import { agentOf, typedOf } from "./filters.js";
import { actorName, asDuration } from "./names.js";
import { offersOf } from "./offers.js";
import { field, fill, trouble } from "./parts.js";
import { Ranking } from "./ranking.js";
import { marks, moment, sentence } from "./sentence.js";
import { readJson } from "./session.js";
import { agentOfKey, ask, nameOf } from "./statistics.js";
import { TimeChart, barsOf } from "./time_chart.js";
import { totals } from "./totals.js";

const pauseMs = 30 * 60_000; // a longer one parts two visits

const when = (one) => Date.parse(one.timestamp ?? one.stored);

// Statements in visits, both newest first.
export function visitsOf(statements) {
  const visits = [];
  for (const one of [...statements].sort((a, b) => when(b) - when(a))) {
    const visit = visits.at(-1);
    if (visit && when(visit.at(-1)) - when(one) <= pauseMs) visit.push(one);
    else visits.push([one]);
  }
  return visits;
}

function visitSection(visit) {
  const span = (when(visit[0]) - when(visit.at(-1))) / 1000;
  const day = new Date(when(visit.at(-1))).toLocaleDateString(undefined, { dateStyle: "full" });
  return element("section", { class: "visit" },
    element("h3", {}, day, element("small", {}, ` ${visit.length === 1 ? "1 statement" : `${visit.length} statements${span >= 60 ? ` in ${asDuration(span)}` : ""}`}`)),
    element("ol", {}, visit.map((one) => element("li", {}, moment(one.timestamp ?? one.stored), " ",
      element("a", { href: addressTo("statements", { id: one.id }) }, sentence(one)), " ", marks(one)))));
}

// The newest statements of a person as visits; more of them when they are asked for.
class TimeLine {
  constructor(agent, signal) {
    Object.assign(this, { signal, statements: [], more: "xAPI/statements", query: { agent, format: "canonical" } });
    this.visits = element("div", {});
    this.said = element("div", {});
    this.button = element("button", { type: "button", class: "quiet", onclick: () => this.readOn() }, "Show earlier ones");
    this.whole = element("section", { "aria-label": "Time line" }, element("h2", {}, "Time line"), this.visits, this.said, this.button);
    this.readOn();
  }

  async readOn() {
    this.button.hidden = true;
    await fill(this.said, async () => {
      const { statements, more } = await readJson(this.more, { query: this.query, signal: this.signal });
      this.more = more;
      this.query = undefined;
      this.statements.push(...statements);
      this.visits.replaceChildren(...visitsOf(this.statements).map(visitSection));
      this.button.hidden = !more;
      return this.statements.length ? "" : element("p", { class: "note" }, "There is no statement of this person.");
    });
  }
}

function person(place, agent, signal) {
  const heading = element("h1", { dir: "auto" });
  let identity;
  try { identity = JSON.parse(agent); } catch {
    place.append(trouble(new Error("The address names no person.")));
    return;
  }
  heading.textContent = actorName(identity);
  readJson("xAPI/agents", { query: { agent }, signal }).then((known) => { if (known.name?.length) heading.textContent = known.name[0]; }, () => {});
  const filters = { agent, clock: "timestamp" };
  const chart = new TimeChart(null);
  const courses = element("div", { class: "body" });
  fill(courses, async () => {
    const { groups } = await ask({ ...filters, by: "course", measure: "count", top: 10 }, signal);
    const rows = groups.filter((one) => one.key.course !== null).map((one) => ({ name: nameOf(one, "course"), title: one.key.course, value: one.count, href: addressTo("courses", { course: one.key.course }) }));
    return rows.length ? barList("Courses", rows) : element("p", { class: "note" }, "No course is named.");
  });
  const said = element("div", {});
  fill(said, async () => {
    const { groups } = await ask({ ...filters, by: "day", name: "" }, signal);
    chart.show(barsOf(groups, "day"));
    return chart.whole;
  });
  place.append(
    element("p", {}, element("a", { href: "#/people" }, "People")), heading, element("p", { class: "note" }, typedOf(agent)),
    totals(filters, ["count", "activities", "success_rate", "scaled_mean", "duration_sum"], signal), said,
    element("section", { "aria-label": "Courses" }, element("h2", {}, "Courses"), courses), new TimeLine(agent, signal).whole,
    element("p", {}, element("a", { href: addressTo("statements", { agent }) }, "All statements of this person")));
}

function everybody(place, signal) {
  const box = new Combobox("People", () => offersOf("actor"));
  const go = () => { if (box.value) goTo("people", { agent: agentOf(box.value) }); };
  place.append(element("h1", {}, "People"),
    element("form", { class: "find", role: "search", onsubmit: (event) => { event.preventDefault(); go(); }, onchange: go },
      field("Person", box.input, "A name, a mail address, or an account as its name and home page", box.parts), element("button", {}, "Show")),
    new Ranking("Everybody", { dimension: "actor", measures: ["count", "activities", "success_rate", "scaled_mean", "duration_sum"], signal, filters: {},
      hrefOf: (key) => addressTo("people", { agent: JSON.stringify(agentOfKey(key)) }), none: "Nobody has done anything yet." }).whole);
}

export function open(place, parameters) {
  let stopped = new AbortController();
  const update = ({ agent }) => {
    stopped.abort();
    stopped = new AbortController();
    place.replaceChildren();
    if (agent) person(place, agent, stopped.signal);
    else everybody(place, stopped.signal);
  };
  update(parameters);
  return { update, close: () => stopped.abort() };
}
