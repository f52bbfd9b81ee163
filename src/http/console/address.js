// The address names the whole view: `#/statements?verb=...`. What stands behind # never leaves the browser.

// The view, and its parameters: a text each, a list of them where one stands there several times.
export function here() {
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split(/\?(.*)/s);
  const parameters = {};
  for (const [name, value] of new URLSearchParams(query))
    parameters[name] = name in parameters ? [parameters[name], value].flat() : value;
  return { view: path, parameters };
}

export function addressTo(view, parameters = {}) {
  const query = new URLSearchParams();
  for (const [name, values] of Object.entries(parameters))
    for (const value of [values].flat())
      if (value !== undefined && value !== "" && value !== false) query.append(name, value);
  return `#/${view}${query.size ? `?${query}` : ""}`;
}

export function goTo(view, parameters) {
  const address = addressTo(view, parameters);
  if (address !== location.hash) location.hash = address;
}
