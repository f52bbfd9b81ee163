// The filters of GET /statements as a form. What is chosen stands in the address.
import { element } from "../docs/element.js";
import { actorName, identityOf } from "./names.js";
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

function typedOf(json = "") {
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

// Completion from the data: what is offered for a field. Seen statements add to it.
class Offers {
  constructor(id) {
    this.list = element("datalist", { id });
    this.known = new Set();
  }

  add(value, label) {
    if (!value || this.known.has(value) || this.known.size > 500) return;
    this.known.add(value);
    this.list.append(element("option", { value, label: label || undefined }));
  }
}

export class Filters {
  constructor(onChange) {
    const text = (list) => element("input", { type: "text", list, autocomplete: "off", autocapitalize: "none", spellcheck: "false" });
    const time = () => element("input", { type: "datetime-local" });
    const box = () => element("input", { type: "checkbox" });
    this.offers = { agent: new Offers("agents"), verb: new Offers("verbs"), activity: new Offers("activities") };
    this.inputs = { agent: text("agents"), verb: text("verbs"), activity: text("activities"), since: time(), until: time(),
      registration: text(), related_agents: box(), related_activities: box(), ascending: box() };
    const { agent, verb, activity, since, until, registration, related_agents, related_activities, ascending } = this.inputs;
    this.more = element("details", {}, element("summary", {}, "More filters"),
      element("div", { class: "fields" }, field("Registration", registration),
        tick("People in any role", related_agents), tick("Activities in any role", related_activities), tick("Oldest first", ascending)));
    this.clear = element("button", { type: "button", class: "quiet", onclick: () => onChange({}) }, "Clear");
    this.form = element("form", { class: "filters", role: "search", "aria-label": "Filters",
      onsubmit: (event) => { event.preventDefault(); onChange(this.values()); },
      onchange: () => onChange(this.values()) },
      element("div", { class: "fields" },
        field("Person", agent), field("Verb", verb), field("Activity", activity),
        field("Stored after", since), field("Stored until", until)),
      this.more, element("div", { class: "buttons" }, element("button", {}, "Show"), this.clear),
      Object.values(this.offers).map((one) => one.list));
  }

  values() {
    const { inputs } = this;
    const ticked = (name) => (inputs[name].checked ? "true" : "");
    return { agent: agentOf(inputs.agent.value), verb: inputs.verb.value.trim(), activity: inputs.activity.value.trim(),
      since: instantOf(inputs.since.value), until: instantOf(inputs.until.value), registration: inputs.registration.value.trim(),
      related_agents: ticked("related_agents"), related_activities: ticked("related_activities"), ascending: ticked("ascending") };
  }

  show(parameters) {
    const { inputs } = this;
    inputs.agent.value = typedOf(parameters.agent);
    for (const name of ["verb", "activity", "registration"]) inputs[name].value = parameters[name] ?? "";
    for (const name of ["since", "until"]) inputs[name].value = localOf(parameters[name]);
    for (const name of ["related_agents", "related_activities", "ascending"]) inputs[name].checked = parameters[name] === "true";
    this.clear.hidden = !filterNames.some((name) => parameters[name]);
    if (["registration", "related_agents", "related_activities", "ascending"].some((name) => parameters[name])) this.more.open = true;
  }

  // Learns from a statement what the fields may offer.
  learn(statement, nameOf) {
    const agent = identityOf(statement.actor);
    if (agent) this.offers.agent.add(typedOf(JSON.stringify(agent)), actorName(statement.actor));
    this.offers.verb.add(statement.verb.id, nameOf.verb(statement.verb).text);
    if ((statement.object.objectType ?? "Activity") === "Activity") this.offers.activity.add(statement.object.id, nameOf.activity(statement.object).text);
  }
}
