// What happens in the store: over time, by whom, with what, how well. Each mark filters everything else.
import { element } from "../docs/element.js";
import { addressTo, goTo } from "./address.js";
import { barList, percentiles, spreadChart } from "./charts.js";
import { Combobox } from "./combobox.js";
import { agentOf } from "./filters.js";
import { asDuration, asNumber, asPercent } from "./names.js";
import { offersOf } from "./offers.js";
import { field, fill } from "./parts.js";
import { agentOfKey, ask, keyOfAgent, nameOf, nameOfKey } from "./statistics.js";
import { TimeChart, barsOf } from "./time_chart.js";

const periods = { 1: ["24 hours", "hour"], 7: ["7 days", "hour"], 30: ["30 days", "day"], 365: ["year", "week"], all: ["time", "month"] };
const shownMost = 10;
// Those that the address may hold, with the dimension that each filters.
const dimensions = [["verb", "Verbs"], ["course", "Courses"], ["activity", "Activities"], ["actor", "People"],
  ["activity_type", "Kinds of activity"], ["platform", "Platforms"], ["language", "Languages"]];
const outcomes = [["success", "true", "Right"], ["success", "false", "Not right"], ["completion", "true", "Completed"], ["completion", "false", "Not completed"]];
const overall = ["count", "actors", "activities", "registrations", "success_rate", "completion_rate"];

const listOf = (value) => (value === undefined || value === "" ? [] : [value].flat());
const parameterOf = (dimension) => (dimension === "actor" ? "agent" : dimension);

class Overview {
  constructor(place, parameters) {
    this.chart = new TimeChart((since, until) => this.set({ since, until }));
    this.period = element("select", { onchange: (event) => this.set({ period: event.target.value, since: "", until: "" }) },
      Object.entries(periods).map(([value, [name]]) => element("option", { value }, `The last ${name}`)));
    this.period.lastElementChild.textContent = "All time";
    this.clock = element("select", { onchange: (event) => this.set({ clock: event.target.value, since: "", until: "" }) },
      element("option", { value: "stored" }, "When it was stored"), element("option", { value: "timestamp" }, "When it happened"));
    this.chips = element("p", { class: "chips" });
    this.list = element("a", {}, "The statements");
    this.names = new Map(); // what keys were called, by dimension and key
    this.numbers = element("dl", { class: "numbers" });
    this.panels = new Map([...dimensions, ["outcome", "Results"], ["score", "Scores"], ["duration", "Durations"]].map(([name, title]) =>
      [name, { title, body: element("div", { class: "body" }) }]));
    place.append(
      element("div", { class: "top" }, element("h1", {}, "Overview"), field("Time", this.period), field("Clock", this.clock), this.list),
      this.chips, this.numbers, this.chart.whole,
      element("div", { class: "panels" }, [...this.panels].map(([name, { title, body }]) =>
        element("section", { "data-panel": name, "aria-label": title }, element("h2", {}, title), body))));
    this.update(parameters);
  }

  set(changes) { goTo("overview", { ...this.parameters, ...changes }); }

  // Adds a value to a filter, or takes it away.
  toggle(name, value) {
    if (name === "agent" || name === "success" || name === "completion")
      return this.set({ [name]: this.parameters[name] === value ? "" : value });
    const chosen = listOf(this.parameters[name]);
    this.set({ [name]: chosen.includes(value) ? chosen.filter((one) => one !== value) : [...chosen, value] });
  }

  begin() {
    return this.parameters.period === "all" ? "" : new Date(Date.now() - Number(this.parameters.period ?? 30) * 86_400_000).toISOString();
  }

  // The filters of everything but one dimension: a list shows also what was not chosen in it.
  filters(but) {
    const { agent, success, completion, since, until, clock } = this.parameters;
    const query = { clock: clock ?? "stored", agent, success, completion };
    for (const [dimension] of dimensions) if (dimension !== "actor") query[dimension] = listOf(this.parameters[dimension]);
    if (but) delete query[parameterOf(but)];
    if (but === "time") return { ...query, since: this.begin() };
    return { ...query, since: since || this.begin(), until };
  }

  update(parameters) {
    this.parameters = parameters;
    if (!periods[parameters.period ?? 30]) this.parameters = { ...parameters, period: undefined };
    this.period.value = this.parameters.period ?? "30";
    this.clock.value = parameters.clock ?? "stored";
    this.stopped?.abort();
    this.stopped = new AbortController();
    this.showChips();
    this.showTime();
    this.showNumbers();
    for (const [dimension] of dimensions) this.showBars(dimension);
    this.showOutcomes();
    this.showSpread("score", "scaled", asPercent);
    this.showSpread("duration", "duration", asDuration);
  }

  ask(query) { return ask(query, this.stopped.signal); }

  nameOf(dimension, key) { return this.names.get(`${dimension} ${key}`) ?? nameOfKey(dimension, key); }

  showChips() {
    const chosen = [...dimensions.map(([name]) => name), "success", "completion"].flatMap((name) =>
      listOf(this.parameters[parameterOf(name)]).map((value) => ({ name, value })));
    const label = ({ name, value }) => (name === "success" || name === "completion" ? outcomes.find(([one, said]) => one === name && said === value)?.[2] ?? value
      : this.nameOf(name, name === "actor" ? keyOfAgent(value) : value));
    this.chips.replaceChildren(...chosen.map((one) => element("button", { type: "button", class: "quiet", "aria-label": `Without ${label(one)}`, onclick: () => this.toggle(parameterOf(one.name), one.value) }, `${label(one)} ✕`)),
      ...(chosen.length || this.parameters.since ? [element("button", { type: "button", class: "quiet", onclick: () => goTo("overview", { period: this.parameters.period, clock: this.parameters.clock }) }, "Everything")] : []));
    this.list.href = this.statements();
  }

  // The list of statements that is nearest to this view: it takes fewer filters.
  statements() {
    const { agent, verb, activity, course, since, until, clock } = this.parameters;
    const object = listOf(activity)[0] ?? listOf(course)[0];
    const byStored = clock === "timestamp" ? {} : { since, until };
    return addressTo("statements", { agent, verb: listOf(verb)[0], activity: object, related_activities: object && !listOf(activity)[0] ? "true" : "", ...byStored });
  }

  async showTime() {
    const bucket = periods[this.parameters.period ?? 30][1];
    const place = element("div", {});
    this.chart.whole.querySelector(".trouble")?.parentElement.remove();
    this.chart.box.setAttribute("aria-busy", "true");
    await fill(place, async () => {
      const { groups } = await this.ask({ ...this.filters("time"), by: bucket, name: "" });
      this.chart.show(barsOf(groups, bucket, this.begin()), this.parameters.since, this.parameters.until);
      this.chart.box.removeAttribute("aria-busy");
      return "";
    });
    if (place.childNodes.length) this.chart.whole.append(place);
  }

  showNumbers() {
    return fill(this.numbers, async () => {
      const { totals } = await this.ask({ ...this.filters(), measure: overall.join(",") });
      return [["statements", asNumber(totals.count)], ["people", asNumber(totals.actors)], ["activities", asNumber(totals.activities)],
        ["registrations", asNumber(totals.registrations)], ["right", asPercent(totals.success_rate)], ["completed", asPercent(totals.completion_rate)]]
        .map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value)));
    });
  }

  showBars(dimension) {
    const { title, body } = this.panels.get(dimension);
    return fill(body, async () => {
      const { groups, groups_in_all } = await this.ask({ ...this.filters(dimension), by: dimension, measure: "count", top: shownMost });
      const chosen = listOf(this.parameters[parameterOf(dimension)]).map((one) => (dimension === "actor" ? keyOfAgent(one) : one));
      const said = groups.filter((one) => one.key[dimension] !== null);
      said.push(...await this.chosenBeyond(dimension, chosen.filter((one) => !said.some(({ key }) => key[dimension] === one))));
      const without = groups.find((one) => one.key[dimension] === null);
      if (!said.length) return element("p", { class: "note" }, "None of these statements says.");
      for (const one of said) this.names.set(`${dimension} ${one.key[dimension]}`, nameOf(one, dimension));
      if (chosen.length) this.showChips();
      const rows = said.map((one) => ({ key: one.key[dimension], name: nameOf(one, dimension), title: one.key[dimension], value: one.count, chosen: chosen.includes(one.key[dimension]) }));
      const notes = [groups_in_all > groups.length ? `the first ${Math.min(shownMost, groups.length)} of ${asNumber(groups_in_all)}` : "", without ? `${asNumber(without.count)} statements say nothing` : ""].filter(Boolean);
      return [barList(title, rows, (row) => this.toggle(parameterOf(dimension), dimension === "actor" ? JSON.stringify(agentOfKey(row.key)) : row.key)),
        groups_in_all > groups.length ? this.finder(dimension, title) : "",
        notes.length ? element("p", { class: "note" }, notes.join("; ")) : ""];
    });
  }

  // What is chosen and not among the first ones.
  async chosenBeyond(dimension, keys) {
    if (!keys.length) return [];
    const only = { [parameterOf(dimension)]: dimension === "actor" ? this.parameters.agent : keys };
    const { groups } = await this.ask({ ...this.filters(dimension), ...only, by: dimension, measure: "count", top: 200 });
    return groups.filter((one) => keys.includes(one.key[dimension]));
  }

  // Chooses what is not among the first ones.
  finder(dimension, title) {
    const box = new Combobox(title, () => offersOf(dimension, this.filters(dimension)));
    box.input.setAttribute("aria-label", `Find in ${title}`);
    box.input.setAttribute("placeholder", "Find another …");
    box.input.addEventListener("change", () => { // which may come twice: browsers tell it of a field that goes, too
      const name = parameterOf(dimension), value = dimension === "actor" ? agentOf(box.value) : box.value;
      if (value && !listOf(this.parameters[name]).includes(value)) this.toggle(name, value);
    });
    return element("div", { class: "field finder" }, box.input, box.parts);
  }

  showOutcomes() {
    const { title, body } = this.panels.get("outcome");
    return fill(body, async () => {
      const rows = await Promise.all(outcomes.map(async ([name, value, label]) => {
        const query = this.filters(name);
        const { totals } = await this.ask({ ...query, [name]: value });
        return { name: label, filter: name, said: value, value: totals.count, chosen: this.parameters[name] === value };
      }));
      return barList(title, rows, (row) => this.toggle(row.filter, row.said));
    });
  }

  showSpread(panel, measure, format) {
    const { body } = this.panels.get(panel);
    return fill(body, async () => {
      const { totals } = await this.ask({ ...this.filters(), measure: percentiles.map((one) => `${measure}_p${one}`).join(",") });
      return spreadChart(percentiles.map((one) => totals[`${measure}_p${one}`]), format);
    });
  }

  close() { this.stopped.abort(); }
}

export function open(place, parameters) { return new Overview(place, parameters); }
