// Makes requests from the page. Credentials live in this module's memory and nowhere else: the fields
// have no names, nothing is stored, and a reload forgets them.
import { asText, code, element, line } from "./element.js";
import { resolve } from "./schema.js";

const shownBytesMax = 200_000;
const credentials = { name: "", password: "" };
let fresh = 0;

function field(label, input, hint) {
  input.id = `field-${++fresh}`;
  if (hint) input.setAttribute("aria-describedby", `${input.id}-hint`);
  return element("div", { class: "field" },
    element("label", { for: input.id }, label), input,
    hint ? element("small", { id: `${input.id}-hint` }, line(hint)) : "");
}

// The name and the password that every request of this page is made with.
export function credentialsForm() {
  const input = (key, type) => element("input", {
    type, autocomplete: "off", autocapitalize: "none", spellcheck: "false",
    oninput: (event) => { credentials[key] = event.target.value; } });
  return element("form", { class: "credentials", autocomplete: "off", onsubmit: (event) => event.preventDefault() },
    field("User name", input("name", "text")), field("Password", input("password", "password")),
    element("small", {}, "For the requests that you try here. They are kept in this page's memory only."));
}

function basic({ name, password }) {
  const bytes = new TextEncoder().encode(`${name}:${password}`);
  return "Basic " + btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

function inputOf(api, parameter) {
  const schema = resolve(api, parameter.schema ?? {});
  const values = schema.type === "boolean" ? ["true", "false"] : schema.enum;
  const must = parameter.required || parameter.name === "X-Experience-API-Version";
  const given = must ? parameter.example ?? parameter.content?.["application/json"].example ?? "" : "";
  if (values)
    return element("select", {}, (parameter.required ? values : ["", ...values]).map((one) => element("option", {}, one)));
  if (parameter.content) {
    const area = element("textarea", { rows: "2", spellcheck: "false" });
    area.value = given === "" ? "" : JSON.stringify(given);
    return area;
  }
  return element("input", { type: "text", value: given, autocomplete: "off", spellcheck: "false" });
}

function exampleOf(type, media) {
  if (media.example === undefined) return "";
  return type === "application/x-www-form-urlencoded" ? new URLSearchParams(media.example).toString() : asText(media.example);
}

function bodyFields(operation) {
  const media = operation.requestBody?.content;
  if (!media) return null;
  const type = element("input", { type: "text", spellcheck: "false" });
  const select = element("select", {}, Object.keys(media).map((one) => element("option", {}, one)));
  const area = element("textarea", { rows: "9", spellcheck: "false", class: "body" });
  const change = () => {
    type.value = select.value === "*/*" ? "text/plain"
      : select.value.startsWith("multipart/") ? `${select.value}; boundary=part` : select.value;
    area.value = exampleOf(select.value, media[select.value]);
  };
  select.addEventListener("change", change);
  change();
  return { select, type, area };
}

function urlOf(api, path, inputs) {
  const query = new URLSearchParams();
  let filled = path;
  for (const [parameter, input] of inputs) {
    if (parameter.in === "path") filled = filled.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
    if (parameter.in === "query" && input.value !== "") query.append(parameter.name, input.value);
  }
  const base = api.servers[0].url.replace(/\/$/, "");
  return new URL(base + filled + (query.size ? `?${query}` : ""), location.origin);
}

function requestOf(method, operation, inputs, body) {
  const headers = {};
  for (const [parameter, input] of inputs)
    if (parameter.in === "header" && input.value !== "") headers[parameter.name] = input.value;
  if (operation.security.length && credentials.name !== "") headers.Authorization = basic(credentials);
  const request = { method: method.toUpperCase(), headers, credentials: "omit", cache: "no-store" };
  if (body) {
    headers["Content-Type"] = body.type.value;
    // A multipart body has lines that end as in mail (RFC 2046); a text field has none of these.
    request.body = body.type.value.startsWith("multipart/") ? body.area.value.replace(/\r?\n/g, "\r\n") : body.area.value;
  }
  return request;
}

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

function asCurl(url, request) {
  const parts = ["curl", "-i"];
  if (request.method !== "GET") parts.push("-X", request.method);
  for (const [name, value] of Object.entries(request.headers))
    parts.push(...(name === "Authorization" ? ["--user", quoted(credentials.name)] : ["-H", quoted(`${name}: ${value}`)]));
  if (request.body) parts.push("--data-binary", quoted(request.body));
  return [...parts, quoted(url.href)].join(" ");
}

async function show(place, url, request) {
  const began = performance.now();
  place.replaceChildren(element("p", {}, "Sending …"));
  try {
    const answer = await fetch(url, request);
    const took = Math.round(performance.now() - began);
    const text = (await answer.text()).slice(0, shownBytesMax);
    const isJson = (answer.headers.get("Content-Type") ?? "").includes("json");
    let body = text;
    try { if (isJson) body = JSON.stringify(JSON.parse(text), null, 2); } catch { /* as it came */ }
    place.replaceChildren(
      element("p", {}, element("code", { class: "status", "data-kind": String(answer.status)[0] }, `${answer.status} ${answer.statusText}`), ` in ${took} ms`),
      code([...answer.headers].map(([name, value]) => `${name}: ${value}`).join("\n"), "Headers of the answer"),
      ...(body ? [code(body, "Body of the answer")] : []));
  } catch (error) {
    place.replaceChildren(element("p", {}, `No answer: ${error.message}`));
  }
  place.append(element("p", {}, "The same at a terminal:"), code(asCurl(url, request), "Command"));
}

// A form for one operation, and below it what came back.
export function requestForm(api, path, method, operation, parameters) {
  const inputs = parameters.map((one) => [one, inputOf(api, one)]);
  const body = bodyFields(operation);
  const answer = element("div", { class: "answer", role: "status" });
  return element("form", {
    class: "request", autocomplete: "off",
    onsubmit: (event) => {
      event.preventDefault();
      show(answer, urlOf(api, path, inputs), requestOf(method, operation, inputs, body));
    } },
    element("div", { class: "fields" }, inputs.map(([one, input]) => {
      if (one.required) input.required = true;
      return field(one.name, input);
    })),
    body ? [field("Kind of body", body.select), field("Content-Type", body.type), field("Body", body.area)] : [],
    element("button", {}, `Send ${method.toUpperCase()}`), answer);
}
