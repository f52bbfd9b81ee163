// A text field that offers what the data have: a combobox with a list of options, as ARIA's authoring practices have it.
// What is typed and fits no option stands for itself.
import { element } from "../docs/element.js";

const waitMs = 120;   // after a key, before options change
const shownMost = 30;

let fresh = 0;

function fits(option, words) {
  const text = `${option.text} ${option.value} ${option.note ?? ""}`.toLocaleLowerCase();
  return words.every((one) => text.includes(one));
}

export class Combobox {
  // `offers()`: a promise of options, {value, text, note}, the likeliest first; asked for when somebody looks for some.
  // `label`: what the options are. A value that is chosen makes a `change` event, as typing does.
  constructor(label, offers) {
    this.offers = offers;
    this.chosen = { value: "", text: "", isNamed: false };
    const id = `options-${++fresh}`;
    this.list = element("ul", { id, role: "listbox", "aria-label": label, hidden: true });
    this.said = element("span", { class: "unseen", role: "status" });
    this.input = element("input", { type: "text", role: "combobox", autocomplete: "off", autocapitalize: "none", spellcheck: "false", dir: "auto",
      "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": id,
      oninput: () => { clearTimeout(this.timer); this.timer = setTimeout(() => this.open(), waitMs); },
      onclick: () => this.open(), onblur: () => this.close(), onkeydown: (event) => this.onKey(event) });
  }

  // What stands in it, for a field: the list lies below the input.
  get parts() { return [this.list, this.said]; }

  get value() { return this.input.value === this.chosen.text ? this.chosen.value : this.input.value.trim(); }

  // `text` is what people read in place of the value; `isNamed`: it is a name, and no better one is wanted.
  show(value = "", text = value, isNamed = false) {
    this.chosen = { value, text, isNamed };
    this.input.value = text;
    this.input.title = text === value ? "" : value;
  }

  // Tells what the value that is shown is called, once that is known.
  name(text) {
    if (text && this.chosen.value && !this.chosen.isNamed && document.activeElement !== this.input) this.show(this.chosen.value, text, true);
  }

  async open() {
    clearTimeout(this.timer);
    const asked = this.asked = {};
    const all = await this.offers().catch(() => []);
    if (asked !== this.asked || document.activeElement !== this.input) return;
    const typed = this.input.value === this.chosen.text ? "" : this.input.value.trim().toLocaleLowerCase();
    const words = typed.split(/\s+/).filter(Boolean), found = all.filter((one) => fits(one, words));
    const begins = (one) => Number(one.text.toLocaleLowerCase().startsWith(typed));
    this.options = found.sort((a, b) => begins(b) - begins(a)).slice(0, shownMost);
    this.at = -1;
    this.list.replaceChildren(...this.options.map((one, i) => element("li", { role: "option", id: `${this.list.id}-${i}`, "aria-selected": "false",
      onpointerdown: (event) => event.preventDefault(), onclick: () => this.choose(one) },
      element("span", { dir: "auto" }, one.text), element("small", { dir: "auto" }, one.note ?? ""))));
    this.list.hidden = this.options.length === 0;
    this.input.setAttribute("aria-expanded", String(!this.list.hidden));
    this.input.removeAttribute("aria-activedescendant");
    this.said.textContent = this.options.length === 1 ? "1 suggestion" : `${this.options.length || "No"} suggestions`;
  }

  close() {
    clearTimeout(this.timer);
    this.asked = null;
    this.list.hidden = true;
    this.said.textContent = "";
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  choose(option) {
    this.close();
    this.show(option.value, option.text, true);
    this.input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  mark(at) {
    const count = this.options.length;
    this.at = (at + count) % count;
    [...this.list.children].forEach((one, i) => one.setAttribute("aria-selected", String(i === this.at)));
    const active = this.list.children[this.at];
    active.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", active.id);
  }

  onKey(event) {
    const isOpen = !this.list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!isOpen) this.open();
      else this.mark(event.key === "ArrowDown" ? this.at + 1 : this.at < 0 ? -1 : this.at - 1);
    } else if (event.key === "Enter" && isOpen && this.at >= 0) {
      this.choose(this.options[this.at]);
    } else if (event.key === "Escape" && (isOpen || this.input.value)) {
      event.stopPropagation();
      if (!isOpen) return this.choose({ value: "", text: "" });
      this.close();
    } else {
      if (event.key === "Tab" || event.key === "Enter") this.close();
      return;
    }
    event.preventDefault();
  }
}
