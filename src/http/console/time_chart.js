// Statements per hour, day, week or month as bars, of which some can be chosen: by dragging, or with the
// arrow keys (Shift for several) and Enter.
import { element } from "../docs/element.js";
import { asNumber } from "./names.js";

const svgSpace = "http://www.w3.org/2000/svg";
const height = 120;

export function svg(tag, attributes = {}, ...children) {
  const made = document.createElementNS(svgSpace, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children.flat());
  return made;
}

const after = { hour: (at) => new Date(at.getTime() + 3_600_000),
  day: (at) => new Date(at.getFullYear(), at.getMonth(), at.getDate() + 1),
  week: (at) => new Date(at.getFullYear(), at.getMonth(), at.getDate() + 7),
  month: (at) => new Date(at.getFullYear(), at.getMonth() + 1, 1) };

// The begin of the hour, day, week (Monday) or month that an instant lies in.
const floor = { hour: (at) => new Date(at.getFullYear(), at.getMonth(), at.getDate(), at.getHours()),
  day: (at) => new Date(at.getFullYear(), at.getMonth(), at.getDate()),
  week: (at) => new Date(at.getFullYear(), at.getMonth(), at.getDate() - (at.getDay() + 6) % 7),
  month: (at) => new Date(at.getFullYear(), at.getMonth(), 1) };

function beginOf(key) {
  if (key.length > 10) return new Date(key);
  const [year, month, day = 1] = key.split("-").map(Number);
  return new Date(year, month - 1, day);
}

const labels = { hour: { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }, day: { day: "numeric", month: "short", year: "numeric" },
  week: { day: "numeric", month: "short", year: "numeric" }, month: { month: "long", year: "numeric" } };

// The bars from an instant, or else the first one that has something, to now, those without anything too.
export function barsOf(groups, bucket, from) {
  const counts = new Map(groups.filter((one) => one.key[bucket]).map((one) => [beginOf(one.key[bucket]).getTime(), one.count]));
  if (!counts.size) return [];
  const format = new Intl.DateTimeFormat(undefined, labels[bucket]);
  const first = Math.min(...counts.keys(), from ? floor[bucket](new Date(from)).getTime() : Infinity);
  const last = Math.max(Date.now(), ...counts.keys()), bars = [];
  for (let at = new Date(first); at.getTime() <= last && bars.length < 2000; at = after[bucket](at))
    bars.push({ begin: at, end: after[bucket](at), count: counts.get(at.getTime()) ?? 0, label: (bucket === "week" ? "Week of " : "") + format.format(at) });
  return bars;
}

export class TimeChart {
  // `onChoose(since, until)` is called with ISO instants, or with nothing where all are wanted again; where
  // it is null the bars are only looked at.
  constructor(onChoose) {
    this.onChoose = onChoose;
    this.picture = svg("svg", { preserveAspectRatio: "none", "aria-hidden": "true" });
    this.told = element("p", { class: "told" });
    this.axis = element("p", { class: "axis", "aria-hidden": "true" });
    this.box = element("div", { class: "time-chart", role: "slider", tabindex: "0", "aria-label": "Statements over time. Arrows move, Shift and arrows choose several, Enter shows only these, Escape all." }, this.picture);
    this.whole = element("figure", {}, this.told, this.box, this.axis);
    if (!onChoose) {
      this.box.setAttribute("role", "img");
      this.box.removeAttribute("tabindex");
      this.box.addEventListener("pointermove", (event) => this.tell(this.indexAt(event)));
      this.box.addEventListener("pointerleave", () => this.tell());
      return;
    }
    this.box.addEventListener("pointerdown", (event) => this.onPointer(event));
    this.box.addEventListener("pointermove", (event) => this.onPointer(event));
    this.box.addEventListener("pointerup", (event) => this.onPointer(event));
    this.box.addEventListener("pointerleave", () => { if (!this.dragging) this.tell(); });
    this.box.addEventListener("keydown", (event) => this.onKey(event));
  }

  show(bars, since, until) {
    this.bars = bars;
    this.from = this.to = undefined;
    if (since || until) {
      const begin = since ? Date.parse(since) : 0, end = until ? Date.parse(until) : Infinity;
      this.from = bars.findIndex((one) => one.end.getTime() - 1 > begin);
      this.to = bars.findLastIndex((one) => one.begin.getTime() <= end);
      if (this.from === -1 || this.to === -1) this.from = this.to = undefined;
    }
    this.at = this.to ?? bars.length - 1;
    this.chosen = this.from === undefined ? null : [this.from, this.to];
    const most = Math.max(1, ...bars.map((one) => one.count));
    this.picture.setAttribute("viewBox", `0 0 ${Math.max(1, bars.length)} ${height}`);
    this.picture.replaceChildren(...bars.map((one, i) => {
      const tall = one.count ? Math.max(1.5, (one.count / most) * height) : 0;
      return svg("rect", { x: i + 0.08, width: 0.84, y: height - tall, height: tall });
    }));
    const peak = bars.find((one) => one.count === most);
    this.axis.replaceChildren(...(peak ? [bars[0].label, `at most ${asNumber(most)}: ${peak.label}`, bars.at(-1).label].map((one) => element("span", {}, one)) : []));
    this.mark();
    this.tell();
  }

  mark() {
    const [from, to] = this.range() ?? [0, Infinity];
    [...this.picture.children].forEach((one, i) => one.classList.toggle("out", i < from || i > to));
  }

  range() { return this.from === undefined ? null : [Math.min(this.from, this.to), Math.max(this.from, this.to)]; }

  tell(index) {
    const range = index === undefined ? this.range() : [index, index];
    const [from, to] = range ?? [0, this.bars.length - 1];
    const sum = this.bars.slice(from, to + 1).reduce((all, one) => all + one.count, 0);
    const span = this.bars.length === 0 ? "" : from === to ? this.bars[from].label : `${this.bars[from].label} to ${this.bars[to].label}`;
    this.told.textContent = this.bars.length === 0 ? "Nothing in this time" : `${span}: ${asNumber(sum)} statements`;
    if (!this.onChoose) return this.box.setAttribute("aria-label", this.told.textContent);
    const now = Math.max(0, this.at);
    for (const [name, value] of Object.entries({ min: 0, max: Math.max(0, this.bars.length - 1), now, text: this.told.textContent }))
      this.box.setAttribute(`aria-value${name}`, String(value));
  }

  indexAt(event) {
    const { left, width } = this.box.getBoundingClientRect();
    return Math.min(this.bars.length - 1, Math.max(0, Math.floor(((event.clientX - left) / width) * this.bars.length)));
  }

  onPointer(event) {
    if (!this.bars?.length) return;
    const index = this.indexAt(event);
    if (event.type === "pointerdown") {
      this.dragging = true;
      this.box.setPointerCapture(event.pointerId);
      this.from = this.to = this.at = index;
    } else if (this.dragging) {
      this.to = this.at = index;
    } else {
      return this.tell(index);
    }
    this.mark();
    this.tell();
    if (event.type !== "pointerup") return;
    this.dragging = false;
    this.choose();
  }

  choose() {
    const range = this.range();
    const same = range && this.chosen && range[0] === this.chosen[0] && range[1] === this.chosen[1];
    if (!range || same) return this.onChoose();
    const [from, to] = range;
    this.onChoose(new Date(this.bars[from].begin.getTime() - 1).toISOString(), new Date(this.bars[to].end.getTime() - 1).toISOString());
  }

  onKey(event) {
    if (!this.bars?.length) return;
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) {
      this.at = Math.min(this.bars.length - 1, Math.max(0, this.at + step));
      if (!event.shiftKey) this.from = this.at;
      this.from ??= this.at;
      this.to = this.at;
      this.mark();
      this.tell();
    } else if (event.key === "Enter") {
      this.from ??= this.at;
      this.to ??= this.at;
      this.choose();
    } else if (event.key === "Escape") {
      this.onChoose();
    } else {
      return;
    }
    event.preventDefault();
  }
}
