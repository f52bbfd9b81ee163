// Fills the page from openapi.json.
import { element, paragraphs } from "./element.js";
import { operationSection } from "./operation.js";
import { credentialsForm } from "./request.js";
import { schemaSection } from "./schema.js";

const methods = ["get", "put", "post", "delete"];

function operationsOf(api, tag) {
  return Object.entries(api.paths).flatMap(([path, item]) =>
    methods.filter((method) => item[method]?.tags.includes(tag)).map((method) => ({ path, method, item })));
}

function tagSection(api, tag) {
  const id = tag.name.toLowerCase().replaceAll(" ", "-");
  return element("section", { "aria-labelledby": id },
    element("h2", { id, tabindex: "-1" }, tag.name),
    paragraphs(tag.description),
    operationsOf(api, tag.name).map(({ path, method, item }) => operationSection(api, path, method, item)));
}

function contents(api) {
  const link = (id, ...text) => element("a", { href: "#" + id }, ...text);
  return [
    ...api.tags.map((tag) => element("li", {},
      link(tag.name.toLowerCase().replaceAll(" ", "-"), tag.name),
      element("ul", {}, operationsOf(api, tag.name).map(({ path, method, item }) => element("li", {},
        link(item[method].operationId, element("span", { class: "method", "data-method": method }, method.toUpperCase()), " ", item[method].summary)))))),
    element("li", {}, link("schemas", "Schemas"))];
}

// Opens what the address names, also when the contents are on a phone's screen.
function openNamed() {
  const named = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!named) return;
  if (named.tagName === "DETAILS") {
    named.open = true;
    named.querySelector("summary").focus({ preventScroll: true });
  } else {
    named.focus({ preventScroll: true });
  }
  named.scrollIntoView();
}

function fill(api) {
  document.title = `${api.info.title}'s API`;
  document.getElementById("version").textContent = `Version ${api.info.version}`;
  document.querySelector("#contents ul").append(...contents(api));
  document.getElementById("contents").open = matchMedia("(min-width: 60rem)").matches;
  document.getElementById("api").replaceChildren(
    element("p", { class: "lead" }, api.info.summary),
    ...paragraphs(api.info.description),
    element("h2", { id: "credentials" }, "Credentials"),
    credentialsForm(),
    ...api.tags.map((tag) => tagSection(api, tag)),
    element("h2", { id: "schemas", tabindex: "-1" }, "Schemas"),
    ...Object.entries(api.components.schemas).sort().map(([name, schema]) => schemaSection(name, schema)));
  addEventListener("hashchange", openNamed);
  openNamed();
}

try {
  const answer = await fetch(document.getElementById("document").href, { credentials: "omit" });
  fill(await answer.json());
} catch (error) {
  document.getElementById("loading").textContent = `openapi.json cannot be read: ${error.message}`;
}
