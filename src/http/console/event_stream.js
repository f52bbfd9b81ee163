// Server-sent events of a fetch (HTML Living Standard, 9.2): an EventSource would send no credentials.
const silenceMs = 40_000; // the server gives a sign of life every 15 s
const lineCharactersMax = 64 * 1024 * 1024;

// Gives what came together as a list of { id, data }, again and again, until the answer ends. Throws where nothing comes
// for long: somebody on the way holds the stream back.
export async function* eventsOf(answer) {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "", event = {}, timer;
  const silence = () => new Promise((_, reject) => { timer = setTimeout(() => reject(new Error("The stream is silent.")), silenceMs); });
  try {
    for (;;) {
      const { value, done } = await Promise.race([reader.read(), silence()]).finally(() => clearTimeout(timer));
      if (done) return;
      const lines = (rest + value).split(/\r\n|\n|\r/), found = [];
      rest = lines.pop();
      if (rest.length > lineCharactersMax) throw new Error("A line has no end.");
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
    reader.cancel().catch(() => {});
  }
}
