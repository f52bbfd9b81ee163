// How the server is: rates, latencies, memory and disk, who sends what is refused, forwarding.
import { element } from "../docs/element.js";
import { addressTo } from "./address.js";
import { parsed, quantile, sumOf } from "./metrics.js";
import { asBytes, asDuration, asInstant, asNumber } from "./names.js";
import { fill, say, trouble } from "./parts.js";
import { answerOf, readJson, readText } from "./session.js";
import { agentOfKey, ask, nameOfKey } from "./statistics.js";
import { svg } from "./time_chart.js";

const pauseMs = 5000;
const readingsKept = 120; // ten minutes

export function table(label, head, rows) {
  return element("div", { class: "wide", tabindex: "0", role: "region", "aria-label": `Table: ${label}` }, element("table", {},
    element("thead", {}, element("tr", {}, head.map((one) => element("th", { scope: "col" }, one)))),
    element("tbody", {}, rows.map(([first, ...rest]) => element("tr", {}, element("th", { scope: "row" }, first), rest.map((one) => element("td", {}, one)))))));
}

// Rates from one reading to the next, as a line.
function rateLine(rates) {
  const most = Math.max(1e-9, ...rates), step = 100 / Math.max(1, readingsKept - 1);
  const points = rates.map((rate, i) => `${((readingsKept - rates.length + i) * step).toFixed(2)},${(30 - (28 * rate) / most).toFixed(2)}`).join(" ");
  return svg("svg", { viewBox: "0 0 100 30", preserveAspectRatio: "none", class: "rate", "aria-hidden": "true" }, svg("polyline", { points }));
}

class Health {
  constructor(place) {
    this.stopped = new AbortController();
    this.readings = [];
    const section = (title) => {
      const body = element("div", {});
      place.append(element("section", { "aria-label": title }, element("h2", {}, title), body));
      return body;
    };
    place.append(element("h1", {}, "Health"));
    this.now = section("Now");
    this.requests = section("Requests since the start");
    this.refused = section("Refused statements, by sender and rule");
    this.tolerated = section("Tolerated faults, by sender and rule");
    this.forwarding = section("Forwarding");
    this.senders = section("Senders");
    fill(this.refused, () => this.faults("refused", "Nothing was refused since the start."));
    fill(this.tolerated, () => this.faults("tolerated", "None since the start."));
    fill(this.forwarding, () => this.receivers());
    fill(this.senders, () => this.whoSends());
    this.watch();
  }

  async watch() {
    const { signal } = this.stopped;
    while (!signal.aborted) {
      try {
        this.readings.push({ at: performance.now(), metrics: parsed(await readText("metrics", { signal })) });
        this.readings.splice(0, this.readings.length - readingsKept);
        this.showNow();
        this.showRequests();
      } catch (error) {
        if (error.name === "AbortError") return;
        this.now.replaceChildren(trouble(error.status === 404 ? new Error("Numbers are switched off here: the setting METRICS.") : error));
        this.requests.replaceChildren();
      }
      await this.heartbeat();
      await new Promise((resolve) => { setTimeout(resolve, pauseMs); });
    }
  }

  async heartbeat() {
    try {
      const { database } = await (await answerOf("__heartbeat__", { signal: this.stopped.signal })).json();
      this.database = database;
    } catch { this.database = "no answer"; }
  }

  rates(name, wanted) {
    return this.readings.slice(1).map((one, i) => {
      const before = this.readings[i];
      return (1000 * Math.max(0, sumOf(one.metrics, name, wanted) - sumOf(before.metrics, name, wanted))) / (one.at - before.at);
    });
  }

  showNow() {
    const { metrics } = this.readings.at(-1);
    const rate = (label, name, wanted) => {
      const rates = this.rates(name, wanted);
      return element("div", {}, element("dt", {}, label), element("dd", {}, rates.length ? `${asNumber(Math.round(rates.at(-1) * 10) / 10)} /s` : "…"), rateLine(rates));
    };
    const fact = (label, value) => element("div", {}, element("dt", {}, label), element("dd", {}, value));
    const started = sumOf(metrics, "process_start_time_seconds");
    this.now.replaceChildren(element("dl", { class: "numbers" },
      fact("the store", { ok: "answers", away: "is away", error: "has failed", "no answer": "no answer" }[this.database] ?? "…"),
      rate("stored", "lectern_statements_total", { outcome: "stored" }), rate("refused", "lectern_statements_total", { outcome: "invalid" }),
      rate("requests", "lectern_http_requests_total"),
      fact("95 % of writes take at most", asDuration(quantile(metrics, "lectern_http_request_seconds", { route: "/xAPI/statements", method: "POST" }, 0.95))),
      fact("95 % of reads take at most", asDuration(quantile(metrics, "lectern_http_request_seconds", { route: "/xAPI/statements", method: "GET" }, 0.95))),
      fact("memory", asBytes(sumOf(metrics, "process_resident_memory_bytes"))),
      metrics.has("lectern_store_bytes") ? fact("disk, embedded store", asBytes(sumOf(metrics, "lectern_store_bytes"))) : "",
      fact("connections", asNumber(sumOf(metrics, "lectern_http_connections"))), fact("waiting for a worker", asNumber(sumOf(metrics, "lectern_http_queue_depth"))),
      fact("failed logins", asNumber(sumOf(metrics, "lectern_failed_logins_total"))),
      fact("running for", started ? asDuration(Date.now() / 1000 - started) : "–")));
  }

  showRequests() {
    const { metrics } = this.readings.at(-1), name = "lectern_http_request_seconds";
    const rows = (metrics.get(`${name}_count`) ?? []).map(({ by, value }) => {
      const bad = (metrics.get("lectern_http_requests_total") ?? []).filter((one) => one.by.route === by.route && one.by.method === by.method);
      const failed = (first) => bad.filter((one) => one.by.status[0] === first).reduce((all, one) => all + one.value, 0);
      const where = { route: by.route, method: by.method };
      return { count: value, cells: [`${by.method} ${by.route}`, asNumber(value), asDuration(quantile(metrics, name, where, 0.5)), asDuration(quantile(metrics, name, where, 0.95)),
        asDuration(quantile(metrics, name, where, 0.99)), asNumber(failed("4")), asNumber(failed("5"))] };
    }).filter((one) => one.count).sort((a, b) => b.count - a.count);
    const scrolled = this.requests.querySelector(".wide")?.scrollLeft ?? 0, focused = this.requests.contains(document.activeElement);
    this.requests.replaceChildren(table("Requests", ["Route", "Requests", "Half within", "95 % within", "99 % within", "4xx", "5xx"], rows.map((one) => one.cells)));
    this.requests.firstChild.scrollLeft = scrolled;
    if (focused) this.requests.firstChild.focus({ preventScroll: true });
  }

  async faults(kind, none) {
    const list = (await readJson(`xAPI/extensions/${kind}`, { signal: this.stopped.signal }))[kind];
    if (!list.length) return element("p", { class: "note" }, none);
    return table(kind, ["Sender", "Rule", "Statements", "Last", "First example"], list.sort((a, b) => b.count - a.count).map(({ user, rule, count, last, example }) =>
      [user, rule || "–", asNumber(count), asInstant(last), element("span", { class: "long" }, example.path ? [element("code", {}, example.path), " "] : "", example.detail)]));
  }

  async receivers() {
    let told;
    try {
      told = await readJson("xAPI/extensions/forwarding", { signal: this.stopped.signal });
    } catch (error) {
      if (error.status === 403) return element("p", { class: "note" }, "Told to users with the scope all only.");
      throw error;
    }
    const { receivers, dead_letters } = told;
    if (!receivers.length && !dead_letters.length) return element("p", { class: "note" }, "Nothing is forwarded from here: the setting XAPI_FORWARDINGS.");
    return [table("Receivers", ["Receiver", "Behind by", "Forwarded", "Refused", "Trouble"], receivers.map((one) =>
      [one.receiver, one.lag_ms ? asDuration(one.lag_ms / 1000) : "nothing", asNumber(one.forwarded), asNumber(one.refused), element("span", { class: "long" }, one.trouble || "none")])),
    dead_letters.length ? this.deadLetters(dead_letters) : ""];
  }

  deadLetters(letters) {
    const replay = async (event) => {
      event.target.disabled = true;
      try {
        const { taken } = await readJson("xAPI/extensions/forwarding/replay", { method: "POST", signal: this.stopped.signal });
        say(taken ? `The receivers have taken ${taken} of them.` : "They were refused again.");
        event.target.disabled = false;
        setTimeout(() => { if (!this.stopped.signal.aborted) fill(this.forwarding, () => this.receivers()); }, 1500);
      } catch (error) {
        event.target.after(trouble(error));
      }
    };
    return [element("h3", {}, "Dead letters: what receivers refused"),
      table("Dead letters", ["Receiver", "Statement", "Status", "Refused", "Reason"], letters.slice(0, 200).map((one) =>
        [one.receiver, element("a", { href: addressTo("statements", { id: one.statement }) }, one.statement), String(one.status), asInstant(one.refused), element("span", { class: "long" }, one.reason.slice(0, 300))])),
      element("div", { class: "buttons" }, element("button", { type: "button", onclick: replay }, "Send them again"))];
  }

  // Whose statements are here, and the last day on which some were stored.
  async whoSends() {
    const { groups } = await ask({ by: "authority,day", measure: "count", name: "" }, this.stopped.signal);
    const senders = new Map();
    for (const { key, count } of groups) {
      const one = senders.get(key.authority) ?? { count: 0, last: "" };
      senders.set(key.authority, { count: one.count + count, last: key.day > one.last ? key.day : one.last });
    }
    if (!senders.size) return element("p", { class: "note" }, "Nothing is stored yet.");
    return table("Senders", ["Sender", "Statements", "Last stored"], [...senders].sort(([, a], [, b]) => b.count - a.count).slice(0, 200).map(([key, { count, last }]) =>
      [key && agentOfKey(key) ? element("span", { title: key }, nameOfKey("authority", key)) : "none", asNumber(count), last]));
  }

  update() {}

  close() { this.stopped.abort(); }
}

export function open(place) { return new Health(place); }
