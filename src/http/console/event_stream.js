// Server-sent events of a fetch (HTML Living Standard, 9.2): an EventSource would send no credentials.
const firstMs = 5000;     // the server's first event comes at once
const silenceMs = 40_000; // then it gives a sign of life every 15 s
const lineCharactersMax = 64 * 1024 * 1024;

// Nothing comes for long: somebody on the way holds the stream back.
export class Silence extends Error {}

function within(ms, promise) {
  let timer;
  const silence = new Promise((_, reject) => { timer = setTimeout(() => reject(new Silence("The stream is silent.")), ms); });
  return Promise.race([promise, silence]).finally(() => clearTimeout(timer));
}

// Gives what came together as a list of { id, data }, again and again, until the answer that `ask(signal)` gets ends, or
// `signal` does. Throws Silence.
export async function* eventsOf(ask, signal) {
  const left = new AbortController();
  let rest = "", event = {}, patienceMs = firstMs;
  try {
    const answer = await within(patienceMs, ask(AbortSignal.any([signal, left.signal])));
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { value, done } = await within(patienceMs, reader.read());
      if (done) return;
      patienceMs = silenceMs;
      rest += value;
      if (rest.length > lineCharactersMax) throw new Error("A line has no end.");
      if (!/[\r\n]/.test(value)) continue; // a long line is not looked through again with each piece of it
      const lines = rest.split(/\r\n|\n|\r/), found = [];
      rest = lines.pop();
      for (const line of lines) {
        const [, name, text] = /^(id|data): ?(.*)$/s.exec(line) ?? [];
        if (name) event[name] = text;
        if (line !== "") continue;
        if (event.id !== undefined || event.data !== undefined) found.push(event);
        event = {};
      }
      if (found.length) yield found;
    }
  } finally {
    left.abort();
  }
}
