// Builds elements: element("a", { href: "#x" }, "text", child). Texts stay texts: nothing is read as HTML.
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat(Infinity).filter((one) => one !== undefined && one !== ""));
  return made;
}

// A line of text in which `this` is code.
export function line(text = "") {
  return text.split("`").map((piece, i) => (i % 2 ? element("code", {}, piece) : piece));
}

// Paragraphs, parted by blank lines.
export function paragraphs(text = "") {
  return text.split("\n\n").filter(Boolean).map((one) => element("p", {}, line(one)));
}

// A table with a head. The roles are said, since on narrow screens its cells stand below each other.
export function table(label, head, rows) {
  const row = (cells, tag, role) => element("tr", { role: "row" }, cells.map((cell) => element(tag, { role }, cell)));
  return element("table", { role: "table", "aria-label": label },
    element("thead", { role: "rowgroup" }, row(head, "th", "columnheader")),
    element("tbody", { role: "rowgroup" }, rows.map((cells) => row(cells, "td", "cell"))));
}

export function code(text, label) {
  return element("pre", { tabindex: "0", "aria-label": label }, element("code", {}, text));
}

// A value as an example shows it: texts as they are, else JSON.
export const asText = (value) => (typeof value === "string" ? value : JSON.stringify(value, null, 2));
