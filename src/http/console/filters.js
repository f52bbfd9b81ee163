// The filters of GET /statements as a form. What is chosen stands in the address.
import { element } from "../docs/element.js";
import { Combobox } from "./combobox.js";
import { activityName, identityOf, verbName } from "./names.js";
import { offersOf } from "./offers.js";
import { field, tick } from "./parts.js";

export const filterNames = ["agent", "verb", "activity", "registration", "since", "until", "related_agents", "related_activities", "ascending"];

// The parameters of a request that an address names.
export function queryOf(parameters) {
  return Object.fromEntries(filterNames.filter((name) => parameters[name]).map((name) => [name, [parameters[name]].flat()[0]]));
}

// What a person types for a person: a mail address, an account ("name https://home.page"), an OpenID, a
// sum of a mail address, or JSON.
export function agentOf(text) {
  const typed = text.trim();
  if (typed === "" || typed.startsWith("{")) return typed;
  const [name, home, rest] = typed.split(/\s+/);
  if (home && !rest && /^[a-z][a-z0-9+.-]*:/i.test(home)) return JSON.stringify({ account: { homePage: home, name } });
  if (/^https?:/.test(typed)) return JSON.stringify({ openid: typed });
  if (/^[0-9a-f]{40}$/i.test(typed)) return JSON.stringify({ mbox_sha1sum: typed });
  return JSON.stringify({ mbox: typed.startsWith("mailto:") ? typed : `mailto:${typed}` });
}

// The other way round.
export function typedOf(json = "") {
  try {
    const agent = JSON.parse(json);
    if (agent.account) return `${agent.account.name} ${agent.account.homePage}`;
    return (agent.mbox ?? agent.openid ?? agent.mbox_sha1sum ?? json).replace(/^mailto:/, "");
  } catch {
    return json;
  }
}

const two = (value) => String(value).padStart(2, "0");

function localOf(instant) {
  const at = new Date(instant);
  if (!instant || Number.isNaN(at.getTime())) return "";
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

const instantOf = (local) => (local ? new Date(local).toISOString() : "");

export class Filters {
  constructor(onChange) {
    const time = () => element("input", { type: "datetime-local" });
    const box = () => element("input", { type: "checkbox" });
    // What is offered for one filter are those among the statements that the others let in.
    const combobox = (name, dimension, label) => new Combobox(label, () => offersOf(dimension, { ...this.others(), [name]: undefined }));
    this.boxes = { agent: combobox("agent", "actor", "People"), verb: combobox("verb", "verb", "Verbs"), activity: combobox("activity", "activity", "Activities") };
    this.inputs = { since: time(), until: time(), registration: element("input", { type: "text", autocomplete: "off", spellcheck: "false" }),
      related_agents: box(), related_activities: box(), ascending: box() };
    const { since, until, registration, related_agents, related_activities, ascending } = this.inputs;
    const { agent, verb, activity } = this.boxes;
    this.more = element("details", {}, element("summary", {}, "More filters"),
      element("div", { class: "fields" }, field("Registration", registration),
        tick("People in any role", related_agents), tick("Activities in any role", related_activities), tick("Oldest first", ascending)));
    this.clear = element("button", { type: "button", class: "quiet", onclick: () => onChange({}) }, "Clear");
    this.form = element("form", { class: "filters", role: "search", "aria-label": "Filters",
      onsubmit: (event) => { event.preventDefault(); onChange(this.values()); },
      onchange: () => onChange(this.values()) },
      element("div", { class: "fields" },
        field("Person", agent.input, "", agent.parts), field("Verb", verb.input, "", verb.parts), field("Activity", activity.input, "", activity.parts),
        field("Stored after", since), field("Stored until", until)),
      this.more, element("div", { class: "buttons" }, element("button", {}, "Show"), this.clear));
  }

  values() {
    const { inputs, boxes } = this;
    const ticked = (name) => (inputs[name].checked ? "true" : "");
    return { agent: agentOf(boxes.agent.value), verb: boxes.verb.value, activity: boxes.activity.value,
      since: instantOf(inputs.since.value), until: instantOf(inputs.until.value), registration: inputs.registration.value.trim(),
      related_agents: ticked("related_agents"), related_activities: ticked("related_activities"), ascending: ticked("ascending") };
  }

  // What is shown now, for questions to the statistics.
  others() {
    const { ascending, ...filters } = queryOf(this.shown ?? {});
    return filters;
  }

  show(parameters) {
    const { inputs, boxes } = this;
    this.shown = parameters;
    for (const [name, box] of Object.entries(boxes)) {
      const value = [parameters[name] ?? ""].flat()[0];
      if (box.value !== value) box.show(value, name === "agent" ? typedOf(value) : value);
    }
    inputs.registration.value = parameters.registration ?? "";
    for (const name of ["since", "until"]) inputs[name].value = localOf(parameters[name]);
    for (const name of ["related_agents", "related_activities", "ascending"]) inputs[name].checked = parameters[name] === "true";
    this.clear.hidden = !filterNames.some((name) => parameters[name]);
    if (["registration", "related_agents", "related_activities", "ascending"].some((name) => parameters[name])) this.more.open = true;
  }

  // Learns from a statement that is in the list what the filters that are set are called.
  learn(statement) {
    const { agent, verb, activity } = this.boxes, { actor, object } = statement;
    if (typedOf(JSON.stringify(identityOf(actor))) === typedOf(agent.value)) agent.name(actor.name);
    if (statement.verb.id === verb.value) verb.name(verbName(statement.verb).text);
    if (object.id === activity.value) activity.name(activityName(object).text);
  }
}
