// The address names the whole view: `#/statements?verb=...`. What stands behind # never leaves the browser.
export function here() {
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split(/\?(.*)/s);
  return { view: path, parameters: Object.fromEntries(new URLSearchParams(query)) };
}

export function addressTo(view, parameters = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters))
    if (value !== undefined && value !== "" && value !== false) query.append(name, value);
  return `#/${view}${query.size ? `?${query}` : ""}`;
}

export function goTo(view, parameters) {
  const address = addressTo(view, parameters);
  if (address !== location.hash) location.hash = address;
}
