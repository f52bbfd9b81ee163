// The statements that a query finds, page by page. Every page has an address that stays good (its
// cursor), so only some are kept, and one that is wanted again is read again.
import { addressOf, readAnswer } from "./session.js";

const pagesKept = 40;

export class StatementPages {
  constructor(query, onChange) {
    this.pages = []; // {address, begin, rows}: rows is null where they were let go
    this.next = addressOf("xAPI/statements", { ...query, format: "canonical" });
    this.onChange = onChange;
    this.error = null;
    this.reading = null;
    this.stopped = new AbortController();
  }

  get length() {
    const last = this.pages.at(-1);
    return last ? last.begin + last.count : 0;
  }

  get isWhole() { return this.next === null; }

  pageOf(index) {
    let low = 0, high = this.pages.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.pages[middle].begin <= index) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  // The statement at this place, or undefined while it is read.
  at(index) {
    if (index >= this.length) return undefined;
    const page = this.pages[this.pageOf(index)];
    if (page.rows) return page.rows[index - page.begin];
    this.read(page);
    return undefined;
  }

  // Reads the next page, unless one is on its way.
  readOn() {
    if (this.reading || this.isWhole || this.error) return;
    this.read(null);
  }

  // After a failure: tries again.
  again() {
    this.error = null;
    this.readOn();
  }

  async read(known) {
    if (this.reading) return;
    const address = known?.address ?? this.next;
    this.reading = address;
    try {
      const answer = await readAnswer(address, { signal: this.stopped.signal });
      const { statements, more } = await answer.json();
      this.through ??= answer.headers.get("X-Experience-API-Consistent-Through"); // the first page tells all up to it
      if (known) {
        known.rows = statements;
      } else {
        if (statements.length) this.pages.push({ address, begin: this.length, count: statements.length, rows: statements });
        this.next = more ? addressOf(more) : null;
      }
      this.letGo(known ?? this.pages.at(-1));
    } catch (error) {
      if (error.name === "AbortError") return;
      this.error = error;
    }
    this.reading = null;
    this.onChange();
  }

  // Keeps what is near; the first page too, whose address has no cursor.
  letGo(near) {
    const at = this.pages.indexOf(near);
    this.pages.forEach((page, i) => { if (i > 0 && Math.abs(i - at) > pagesKept / 2) page.rows = null; });
  }

  // Statements that are newer than all of these, newest first.
  prepend(statements) {
    const first = this.pages[0];
    if (!first) {
      this.pages.push({ address: null, begin: 0, count: statements.length, rows: statements });
    } else {
      first.rows = [...statements, ...first.rows];
      first.count += statements.length;
      for (const page of this.pages.slice(1)) page.begin += statements.length;
    }
  }

  stop() { this.stopped.abort(); }
}
