// Bars that are buttons, and distributions.
import { element } from "../docs/element.js";
import { asNumber } from "./names.js";
import { svg } from "./time_chart.js";

// A list of names with a bar each. `rows`: {name, value, text, chosen, title}; `onChoose(row)` makes them
// buttons; `href` of a row makes it a link.
export function barList(label, rows, onChoose) {
  const most = Math.max(1, ...rows.map((one) => one.value));
  return element("ol", { class: "bars", "aria-label": label }, rows.map((row) => {
    const inside = [element("span", { class: "name", dir: "auto", title: row.title }, row.name), element("span", { class: "value" }, row.text ?? asNumber(row.value))];
    const bar = row.href ? element("a", { href: row.href }, inside)
      : onChoose ? element("button", { type: "button", "aria-pressed": String(Boolean(row.chosen)), onclick: () => onChoose(row) }, inside)
        : element("span", {}, inside);
    bar.style.setProperty("--share", `${Math.max(0.5, (row.value / most) * 100)}%`);
    return element("li", {}, bar);
  }));
}

// Which percentiles a distribution is drawn from.
export const percentiles = [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100];

// How values are spread, from their percentiles: between each two lie a tenth of them, so a slice is the
// higher the closer they are.
export function spreadChart(values, format) {
  const low = values[0], high = values.at(-1);
  if (low === null || low === undefined) return element("p", { class: "note" }, "None of these statements says.");
  const [quarter, half, most] = [values[2] * 0.5 + values[3] * 0.5, values[5], values[7] * 0.5 + values[8] * 0.5];
  const words = element("p", {}, `Half of them are ${format(half)} or less, the middle half lies between ${format(quarter)} and ${format(most)}.`);
  if (high <= low) return element("p", {}, `All are ${format(low)}.`);
  const width = 300, tall = 70, x = (value) => ((value - low) / (high - low)) * width;
  const slices = values.slice(1).map((one, i) => ({ from: x(values[i]), to: x(one) }));
  const dense = (one) => 1 / Math.max(one.to - one.from, width / 60);
  const densest = Math.max(...slices.map(dense));
  const picture = svg("svg", { viewBox: `0 0 ${width} ${tall}`, preserveAspectRatio: "none", class: "spread", "aria-hidden": "true" },
    slices.map((one) => {
      const high = (dense(one) / densest) * tall;
      return svg("rect", { x: one.from, width: Math.max(1, one.to - one.from - 0.7), y: tall - high, height: high });
    }), svg("line", { x1: x(half), x2: x(half), y1: 0, y2: tall }));
  return element("figure", {}, picture, element("p", { class: "axis", "aria-hidden": "true" }, element("span", {}, format(low)), element("span", {}, format(high))), words);
}
