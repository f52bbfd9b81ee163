// Reads the text that Prometheus reads, and what changed between two readings.

export function parsed(text) {
  const found = new Map();
  for (const line of text.split("\n")) {
    if (!line || line.startsWith("#")) continue;
    const [, name, labels = "", value] = /^([a-z_:][\w:]*)(?:\{(.*)\})? (\S+)/i.exec(line) ?? [];
    if (!name) continue;
    const by = Object.fromEntries([...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, said]) => [key, said]));
    if (!found.has(name)) found.set(name, []);
    found.get(name).push({ by, value: Number(value) });
  }
  return found;
}

const fits = (wanted) => ({ by }) => Object.entries(wanted).every(([key, value]) => by[key] === value);

export function sumOf(metrics, name, wanted = {}) {
  return (metrics.get(name) ?? []).filter(fits(wanted)).reduce((all, one) => all + one.value, 0);
}

// The time that a share of the requests took at most, from the buckets of a histogram; null without any.
export function quantile(metrics, name, wanted, share) {
  const buckets = (metrics.get(`${name}_bucket`) ?? []).filter(fits(wanted)).map(({ by, value }) => [by.le === "+Inf" ? Infinity : Number(by.le), value]).sort(([a], [b]) => a - b);
  const all = buckets.at(-1)?.[1] ?? 0;
  if (!all) return null;
  let [below, count] = [0, 0];
  for (const [bound, reached] of buckets) {
    if (reached >= share * all) {
      if (bound === Infinity) return below;
      return below + ((bound - below) * (share * all - count)) / Math.max(1, reached - count);
    }
    [below, count] = [bound, reached];
  }
  return below;
}
