// The list of statements, newest first, and beside it the one that the address names.
import { element } from "../docs/element.js";
import { addressTo, goTo } from "./address.js";
import { EndlessList } from "./endless_list.js";
import { Filters, queryOf } from "./filters.js";
import { Live } from "./live.js";
import { activityName, asNumber, coursesOf } from "./names.js";
import { copyButton, saveButton, tick, trouble } from "./parts.js";
import { inLanguage, marks, moment, sentence } from "./sentence.js";
import { asCurl, readAnswer } from "./session.js";
import { StatementPages } from "./statement_pages.js";
import { showStatement } from "./statement.js";

const liveMost = 5000; // statements that came in front; beyond them the list begins anew
const restMs = 2000;   // before it does: where very many come, only some of them can be looked at

const countOf = (number) => (number === 1 ? "1 statement" : `${asNumber(number)} statements`);

const sameQuery = (one, other) => JSON.stringify(one) === JSON.stringify(other);

class Statements {
  constructor(place, parameters) {
    this.query = null;
    this.filters = new Filters((values) => goTo("statements", values));
    this.list = new EndlessList("Statements", {
      rowOf: (index) => this.row(index), count: () => this.pages.length, onNearEnd: () => this.pages.readOn() });
    this.note = element("p", { class: "note", role: "status" });
    this.liveBox = element("input", { type: "checkbox", onchange: () => this.setLive() });
    this.liveMode = element("small", { class: "live-mode" });
    this.liveTick = tick("Live", this.liveBox);
    this.panel = element("aside", { class: "panel", "aria-label": "One statement", hidden: true });
    place.append(
      element("h1", { class: "unseen" }, "Statements"), this.filters.form,
      element("div", { class: "bar" }, this.note, element("div", { class: "buttons" }, this.liveMode, this.liveTick, copyButton("Copy as curl", () => asCurl("xAPI/statements", this.query)),
        saveButton("Save as CSV", "statements.csv", () => this.export()))),
      element("div", { class: "beside" }, this.list.box, this.panel));
    place.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.shown) this.closePanel();
    });
    this.update(parameters);
  }

  update(parameters) {
    this.parameters = parameters;
    const query = queryOf(parameters);
    this.filters.show(parameters);
    if (!sameQuery(query, this.query)) {
      this.query = query;
      this.begin();
    }
    this.showPanel(parameters.id);
  }

  begin() {
    clearTimeout(this.rest);
    this.pages?.stop();
    this.live?.stop();
    this.live = null;
    this.came = 0;
    this.pages = new StatementPages(this.query, () => this.onChange());
    this.list.reset();
    this.onChange();
  }

  // New ones come in front, so a list that is oldest first, or ends at an instant, has none.
  setLive() {
    const can = !this.query.ascending && !this.query.until;
    this.liveTick.hidden = !can;
    const wanted = can && this.liveBox.checked && this.pages.through;
    if (!wanted) {
      this.live?.stop();
      this.live = null;
      this.liveMode.textContent = "";
    }
    if (wanted) this.live ??= new Live(this.query, this.pages.through, {
      onNew: (found) => this.onNew(found),
      onTrouble: (error) => this.note.replaceChildren(trouble(error)),
      onMode: (isTold) => { this.liveMode.textContent = isTold ? "as they are stored" : "looking every 2 s"; this.onChange(); } });
  }

  onNew(found) {
    this.came += found.length;
    if (this.came > liveMost) {
      this.live.stop();
      this.note.textContent = `More than ${liveMost} statements have come: the list begins anew …`;
      this.rest = setTimeout(() => this.begin(), restMs);
      return;
    }
    this.pages.prepend(found);
    this.list.shift(found.length);
    this.onChange();
  }

  onChange() {
    const { pages } = this;
    this.list.box.toggleAttribute("hidden", pages.isWhole && pages.length === 0);
    this.list.sized.setAttribute("aria-busy", String(Boolean(pages.reading)));
    if (pages.error) this.note.replaceChildren(trouble(pages.error), element("button", { type: "button", class: "quiet", onclick: () => pages.again() }, "Try again"));
    else if (!pages.isWhole && pages.length === 0) this.note.replaceChildren("Reading …");
    else if (pages.length === 0) this.note.replaceChildren("No statement is like this.");
    else this.note.replaceChildren(pages.isWhole ? countOf(pages.length) : `The first ${countOf(pages.length)}; more are read as you go`);
    this.setLive();
    this.list.draw();
  }

  // All that the filters let in, the oldest first.
  export() {
    const { ascending, ...filters } = this.query;
    return readAnswer("xAPI/extensions/export", { query: { ...filters, format: "csv" } });
  }

  row(index) {
    const statement = this.pages.at(index);
    if (!statement) return undefined;
    this.filters.learn(statement);
    const course = coursesOf(statement)[0];
    const link = element("a", { href: addressTo("statements", { ...this.query, id: statement.id }), "data-id": statement.id,
      "aria-current": this.shown === statement.id ? "true" : undefined }, sentence(statement));
    return [moment(statement.timestamp ?? statement.stored), link,
      element("span", { class: "aside" }, marks(statement), course ? inLanguage("span", activityName(course), { class: "course" }) : "")];
  }

  showPanel(id) {
    if (id === this.shown) return;
    const before = this.shown;
    this.shown = id;
    for (const link of this.list.sized.querySelectorAll("a")) link.toggleAttribute("aria-current", link.dataset.id === id);
    this.panel.hidden = !id;
    this.panel.parentElement.classList.toggle("open", Boolean(id));
    this.list.draw();
    if (id) showStatement(this.panel, id, this.query, () => this.closePanel());
    else if (before) this.list.sized.querySelector(`a[data-id="${CSS.escape(before)}"]`)?.focus({ preventScroll: true });
  }

  closePanel() { goTo("statements", this.query); }

  close() {
    clearTimeout(this.rest);
    this.pages.stop();
    this.live?.stop();
    this.list.close();
  }
}

export function open(place, parameters) { return new Statements(place, parameters); }
