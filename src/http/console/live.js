// New statements as they come: looks every two seconds for what was stored since the last look. The server says up
// to which instant a list is whole, so nothing is left out and nothing told twice, whoever stores it.
import { readAnswer } from "./session.js";

const pauseMs = 2000;
const pagesMax = 10; // at one look; what is beyond comes with the next one

const wholeUpTo = (answer) => answer.headers.get("X-Experience-API-Consistent-Through");

export class Live {
  // `through`: the instant up to which everything is known; `onNew(statements)`: newest first; `onTrouble(error)`.
  constructor(query, through, onNew, onTrouble) {
    Object.assign(this, { query, through, onNew, onTrouble });
    this.stopped = new AbortController();
    this.run();
  }

  async run() {
    while (!this.stopped.signal.aborted) {
      await new Promise((resolve) => { setTimeout(resolve, pauseMs); });
      if (this.stopped.signal.aborted || document.hidden) continue;
      try {
        const found = await this.look();
        if (found.length && !this.stopped.signal.aborted) this.onNew(found.reverse());
      } catch (error) {
        if (error.name !== "AbortError") this.onTrouble(error);
      }
    }
  }

  // What has come, oldest first.
  async look() {
    const { signal } = this.stopped, found = [];
    let query = { ...this.query, since: this.through, ascending: "true", format: "canonical" }, address = "xAPI/statements", through;
    if (this.rest) [query, address, through] = [undefined, this.rest.address, this.rest.through];
    for (let pages = 0; address && pages < pagesMax; ++pages, query = undefined) {
      const answer = await readAnswer(address, { query, signal });
      through ??= wholeUpTo(answer);
      const { statements, more } = await answer.json();
      found.push(...statements);
      address = more;
    }
    this.rest = address ? { address, through } : undefined; // by its cursor: many may be stored at one instant
    if (!address) this.through = through ?? this.through;
    return found;
  }

  stop() { this.stopped.abort(); }
}
