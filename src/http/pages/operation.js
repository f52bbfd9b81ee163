// Shows one operation: what it takes, what it answers, and a form to try it.
import { asText, code, element, line, paragraphs, table } from "./element.js";
import { requestForm } from "./request.js";
import { inWords, resolve } from "./schema.js";

function security(operation) {
  if (operation.security.length === 0) return element("p", {}, "Needs no credentials.");
  const scope = operation.security[0].basic[0];
  return scope
    ? element("p", {}, "Needs credentials with the scope ", element("code", {}, scope), ".")
    : element("p", {}, "Needs credentials, whatever their scopes.");
}

function parameters(list) {
  if (list.length === 0) return "";
  const rows = list.map((one) => [
    element("span", {}, element("code", {}, one.name), one.required ? element("em", {}, "required") : ""),
    { query: "query", header: "header", path: "path" }[one.in],
    element("span", {}, inWords(one.schema ?? one.content["application/json"].schema)),
    element("span", {}, line(one.description))]);
  return [element("h4", {}, "Parameters"), table("Parameters", ["Name", "In", "Type", ""], rows)];
}

function content(media) {
  return Object.entries(media ?? {}).flatMap(([type, one]) => [
    element("p", {}, element("code", {}, type), ": ", inWords(one.schema)),
    one.schema?.description ? paragraphs(one.schema.description) : "",
    one.example === undefined ? "" : code(asText(one.example), `Example, ${type}`)]);
}

function headers(api, response) {
  const all = Object.entries(response.headers ?? {}).map(([name, one]) => [
    element("code", {}, name), element("span", {}, line(resolve(api, one).description))]);
  return all.length ? table("Headers", ["Header", ""], all) : "";
}

function responses(api, operation) {
  return Object.entries(operation.responses).map(([status, one]) => {
    const response = resolve(api, one);
    return element("details", { class: "response" },
      element("summary", {}, element("code", { class: "status", "data-kind": status[0] }, status), " ", line(response.description)),
      headers(api, response), content(response.content));
  });
}

function fill(api, place, path, method, item) {
  const operation = item[method];
  const list = [...(item.parameters ?? []), ...(operation.parameters ?? [])].map((one) => resolve(api, one));
  place.append(...[
    paragraphs(operation.description), security(operation), parameters(list),
    operation.requestBody ? [element("h4", {}, "Body"), paragraphs(operation.requestBody.description), content(operation.requestBody.content)] : [],
    element("h4", {}, "Answers"), responses(api, operation),
    element("h4", {}, "Try it"), requestForm(api, path, method, operation, list)].flat(Infinity).filter((one) => one !== ""));
}

// The operation, closed; what is in it is made when it is opened first.
export function operationSection(api, path, method, item) {
  const operation = item[method];
  const place = element("div", { class: "inside" });
  const box = element("details", { class: "operation", id: operation.operationId },
    element("summary", {}, element("h3", {},
      element("span", { class: "method", "data-method": method }, method.toUpperCase()), " ",
      element("span", { class: "path" }, path), " ",
      element("span", { class: "what" }, operation.summary))),
    place);
  box.addEventListener("toggle", () => { if (box.open && !place.hasChildNodes()) fill(api, place, path, method, item); });
  return box;
}
