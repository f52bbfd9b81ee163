// How courses go: a table of them, how many people come how far in one, and the answers to one item.
import { element } from "../docs/element.js";
import { addressTo } from "./address.js";
import { showAnswers } from "./answers.js";
import { percentiles, spreadChart } from "./charts.js";
import { activityName, asPercent, endOf } from "./names.js";
import { fill } from "./parts.js";
import { Ranking } from "./ranking.js";
import { readJson } from "./session.js";
import { ask } from "./statistics.js";
import { totals } from "./totals.js";

// An element that says what an activity is called, as soon as that is known.
function named(tag, id, signal, attributes = {}) {
  const made = element(tag, { dir: "auto", ...attributes }, endOf(id));
  readJson("xAPI/activities", { query: { activityId: id }, signal }).then((known) => { made.textContent = activityName(known).text; }, () => {});
  return made;
}

const headingOf = (id, signal) => named("h1", id, signal);

function course(place, id, signal) {
  const filters = { course: id };
  place.append(
    element("p", {}, element("a", { href: "#/courses" }, "Courses")), headingOf(id, signal), element("p", { class: "note" }, element("code", {}, id)),
    totals(filters, ["actors", "count", "success_rate", "completion_rate", "scaled_mean"], signal),
    new Ranking("What people do in it", { dimension: "verb", measures: ["actors", "count"], share: "actors", signal, filters,
      hrefOf: (verb) => addressTo("overview", { course: id, verb, period: "all" }), none: "Nothing is known of this course." }).whole,
    new Ranking("How far they come", { dimension: "activity", measures: ["actors", "count", "success_rate", "scaled_mean", "duration_p50"], share: "actors", signal, filters,
      hrefOf: (activity) => addressTo("courses", { activity, course: id }), none: "Nothing is known of this course." }).whole,
    element("p", {}, element("a", { href: addressTo("overview", { course: id, period: "all" }) }, "This course in the overview")));
}

function item(place, id, from, signal) {
  const filters = { activity: id };
  const scores = element("div", { class: "body" }), answers = element("div", { class: "body" });
  fill(scores, async () => {
    const { totals: all } = await ask({ ...filters, measure: percentiles.map((one) => `scaled_p${one}`).join(",") }, signal);
    return spreadChart(percentiles.map((one) => all[`scaled_p${one}`]), asPercent);
  });
  fill(answers, () => showAnswers(id, signal));
  place.append(
    element("p", {}, element("a", { href: "#/courses" }, "Courses"), from ? [" › ", named("a", from, signal, { href: addressTo("courses", { course: from }) })] : ""),
    headingOf(id, signal), element("p", { class: "note" }, element("code", {}, id)),
    totals(filters, ["actors", "count", "success_rate", "scaled_mean", "duration_p50"], signal),
    element("section", { "aria-label": "Answers" }, element("h2", {}, "Answers"), answers),
    element("section", { "aria-label": "Scores" }, element("h2", {}, "Scores"), scores),
    element("p", {}, element("a", { href: addressTo("statements", { activity: id }) }, "All statements about it")));
}

function all(place, signal) {
  place.append(element("h1", {}, "Courses"),
    new Ranking("All courses", { dimension: "course", measures: ["actors", "count", "activities", "success_rate", "completion_rate", "scaled_mean"], signal, filters: {},
      hrefOf: (id) => addressTo("courses", { course: id }), none: "No statement names a course: a parent or a grouping in its context." }).whole,
    new Ranking("All activities", { dimension: "activity", measures: ["actors", "count", "success_rate", "scaled_mean", "duration_p50"], signal, filters: {},
      hrefOf: (activity) => addressTo("courses", { activity }), none: "Nothing has been done yet." }).whole);
}

export function open(place, parameters) {
  let stopped = new AbortController();
  const update = ({ course: id, activity }) => {
    stopped.abort();
    stopped = new AbortController();
    place.replaceChildren();
    if (activity) item(place, activity, id, stopped.signal);
    else if (id) course(place, id, stopped.signal);
    else all(place, stopped.signal);
  };
  update(parameters);
  return { update, close: () => stopped.abort() };
}
