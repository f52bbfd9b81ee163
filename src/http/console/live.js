// New statements as they come: told by the server as they are stored, or, where that cannot be had (a proxy holds streams
// back, too many follow already), looked for every two seconds. Either way nothing is left out and nothing told twice,
// whoever stores it.
import { Silence, eventsOf } from "./event_stream.js";
import { Refusal, answerOf, readAnswer, readJson } from "./session.js";

const pauseMs = 2000;
const looksBeforeNextTry = 15;
const shortMs = 5000;         // a stream that ends sooner is no good
const pagesMax = 10;          // at one look; what is beyond comes with the next one
const idsKept = 6000;         // of what was told
const definitionsKept = 500;

const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
const wholeUpTo = (answer) => answer.headers.get("X-Experience-API-Consistent-Through");

// The definitions of activities that statements name without their names.
class Definitions {
  constructor() { this.known = new Map(); }

  async fill(statement, signal) {
    const { object } = statement;
    if ((object.objectType ?? "Activity") !== "Activity" || object.definition?.name) return;
    if (!this.known.has(object.id) && this.known.size < definitionsKept)
      this.known.set(object.id, readJson("xAPI/activities", { query: { activityId: object.id }, signal }).then((one) => one.definition, () => undefined));
    object.definition = (await this.known.get(object.id)) ?? object.definition;
  }
}

export class Live {
  // `through`: the instant up to which everything is known; `onNew(statements)`: newest first; `onTrouble(error)`;
  // `onMode(isTold)`: all is well, and whether the server tells, or is asked.
  constructor(query, through, { onNew, onTrouble, onMode }) {
    Object.assign(this, { query, through, onNew, onTrouble, onMode, told: new Set(), definitions: new Definitions() });
    this.stopped = new AbortController();
    this.run();
  }

  async run() {
    const { signal } = this.stopped;
    for (let failed = 0; !signal.aborted;) {
      const begin = performance.now();
      let isHeldBack = false;
      try {
        await this.follow();
      } catch (error) {
        if ((error.name === "AbortError" && signal.aborted) || this.endsBy(error)) return;
        isHeldBack = error instanceof Silence;
      }
      if (!isHeldBack) {
        failed = performance.now() - begin < shortMs ? failed + 1 : 0;
        await pause(failed ? pauseMs / 2 : 0);
        if (failed < 2) continue;
      }
      failed = 0;
      await this.ask();
    }
  }

  // Credentials that hold no more are not sent again: each time would be a failed login.
  endsBy(error) {
    if (error.status !== 401) return false;
    this.onTrouble(error);
    this.stop();
    return true;
  }

  // Goes on behind what was told last: each event has its place.
  async follow() {
    const { signal } = this.stopped;
    const headers = this.place ? { "Last-Event-ID": this.place } : {};
    const ask = async (signal) => {
      const answer = await answerOf("xAPI/extensions/tail", { query: this.query, headers, signal });
      if (!answer.ok) throw new Refusal(answer.status, await answer.text());
      return answer;
    };
    for await (const events of eventsOf(ask, signal)) {
      if (!this.place) { // what came between the first page and here
        do await this.tell(await this.look()); while (this.rest && !signal.aborted);
        this.onMode(true);
      }
      const found = events.filter((one) => one.data).map((one) => JSON.parse(one.data));
      this.place = events.findLast((one) => one.id)?.id ?? this.place;
      if (found.length) this.through = new Date(Date.parse(found.at(-1).stored) - 1).toISOString();
      await this.tell(found);
    }
  }

  async ask() {
    this.place = undefined;
    this.onMode(false);
    for (let looks = 0; looks < looksBeforeNextTry && !this.stopped.signal.aborted; ++looks) {
      await pause(pauseMs);
      if (document.hidden) continue;
      try {
        await this.tell(await this.look());
        this.onMode(false);
      } catch (error) {
        if (error.name !== "AbortError" && !this.endsBy(error)) this.onTrouble(error);
      }
    }
  }

  // Hands on what is news of these; they come oldest first.
  async tell(statements) {
    const fresh = statements.filter((one) => !this.told.has(one.id));
    for (const one of fresh) this.told.add(one.id);
    for (const id of this.told) {
      if (this.told.size <= idsKept) break;
      this.told.delete(id);
    }
    await Promise.all(fresh.map((one) => this.definitions.fill(one, this.stopped.signal)));
    if (fresh.length && !this.stopped.signal.aborted) this.onNew(fresh.reverse());
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
