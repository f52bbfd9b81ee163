// A list of rows of one height, of which only those in sight are elements: it is as fast at a million as
// at ten. A feed for screen readers; arrows, j and k go from row to row.
import { element } from "../docs/element.js";

const beyondSight = 8; // rows that are there above and below

export class EndlessList {
  // `rowOf(index)` makes a row's children, or gives undefined while there is nothing to show;
  // `count()` is how many there are; `onNearEnd` is called when the last ones come into sight.
  constructor(label, { rowOf, count, onNearEnd }) {
    Object.assign(this, { rowOf, count, onNearEnd });
    this.rows = new Map();
    this.sized = element("div", { class: "sized", role: "feed", "aria-label": label });
    this.box = element("div", { class: "endless", onkeydown: (event) => this.onKey(event) }, this.sized);
    this.box.addEventListener("scroll", () => this.draw(), { passive: true });
    this.watch = new ResizeObserver(() => { this.height = 0; this.draw(); });
    this.watch.observe(this.box);
  }

  rowHeight() {
    if (!this.height) this.height = parseFloat(getComputedStyle(this.sized).getPropertyValue("--row")) * parseFloat(getComputedStyle(document.documentElement).fontSize);
    return this.height;
  }

  // Everything anew, from the top.
  reset() {
    this.rows.forEach((row) => row.remove());
    this.rows.clear();
    this.box.scrollTop = 0;
    this.draw();
  }

  // `count` rows came in front: who looks further down, or has one of them in focus, keeps it.
  shift(count) {
    const id = this.sized.contains(document.activeElement) ? document.activeElement.dataset.id : undefined;
    this.sized.style.height = `${this.count() * this.rowHeight()}px`;
    if (this.box.scrollTop > 0) this.box.scrollTop += count * this.rowHeight();
    this.rows.forEach((row) => row.remove());
    this.rows.clear();
    this.draw();
    if (id) this.sized.querySelector(`a[data-id="${CSS.escape(id)}"]`)?.focus({ preventScroll: true });
  }

  draw() {
    const height = this.rowHeight(), count = this.count();
    this.sized.style.height = `${count * height}px`;
    const first = Math.max(0, Math.floor(this.box.scrollTop / height) - beyondSight);
    const last = Math.min(count, Math.ceil((this.box.scrollTop + this.box.clientHeight) / height) + beyondSight);
    for (const [index, row] of this.rows)
      if ((index < first || index >= last || row.dataset.empty) && !row.contains(document.activeElement)) {
        row.remove();
        this.rows.delete(index);
      }
    for (let index = first; index < last; ++index) this.place(index, height);
    if (last + 20 >= count) this.onNearEnd();
  }

  place(index, height) {
    let row = this.rows.get(index);
    if (!row) {
      const children = this.rowOf(index);
      row = element("article", { "aria-posinset": String(index + 1), "aria-setsize": "-1", "data-empty": children ? undefined : "1" }, children ?? "…");
      const after = [...this.rows.keys()].filter((one) => one > index);
      this.sized.insertBefore(row, after.length ? this.rows.get(Math.min(...after)) : null);
      this.rows.set(index, row);
    }
    row.style.transform = `translateY(${index * height}px)`;
  }

  focusRow(index) {
    if (index < 0 || index >= this.count()) return;
    const height = this.rowHeight(), top = index * height;
    if (top < this.box.scrollTop) this.box.scrollTop = top;
    if (top + height > this.box.scrollTop + this.box.clientHeight) this.box.scrollTop = top + height - this.box.clientHeight;
    this.draw();
    this.rows.get(index)?.querySelector("a")?.focus({ preventScroll: true });
  }

  onKey(event) {
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, PageDown: 10, PageUp: -10 }[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = [...this.rows].find(([, row]) => row.contains(document.activeElement))?.[0];
    event.preventDefault();
    this.focusRow(at === undefined ? 0 : Math.min(this.count() - 1, Math.max(0, at + step)));
  }

  close() { this.watch.disconnect(); }
}
