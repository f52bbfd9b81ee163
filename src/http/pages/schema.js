// Shows JSON Schemas: a short name of each, with links to those that have one, and their members.
import { code, element, line, paragraphs, table } from "./element.js";

const nameOf = (ref) => ref.split("/").pop();

// What a `$ref` of the document leads to, with what stands beside it.
export function resolve(api, value) {
  if (!value?.$ref) return value;
  const found = value.$ref.slice(2).split("/").reduce((at, key) => at[key], api);
  const { $ref, ...beside } = value;
  return { ...resolve(api, found), ...beside };
}

function join(parts, word) {
  return parts.flatMap((part, i) => (i === 0 ? [part] : [i === parts.length - 1 ? ` ${word} ` : ", ", part])).flat();
}

// A schema in a few words: "list of Agent", "`ok`, `away` or `error`".
export function inWords(schema) {
  if (schema === undefined || schema === true) return ["any JSON"];
  if (schema.$ref) return [element("a", { href: "#schema-" + nameOf(schema.$ref) }, nameOf(schema.$ref))];
  if ("const" in schema) return [element("code", {}, String(schema.const))];
  if (schema.enum) return join(schema.enum.map((one) => element("code", {}, String(one))), "or");
  if (schema.oneOf) return join(schema.oneOf.map(inWords), "or");
  if (schema.type === "array") return ["list of ", ...inWords(schema.items)];
  if (schema.type === undefined) return ["any JSON"];
  return [schema.format === "binary" ? "bytes" : schema.format ?? schema.type];
}

function bounds(schema) {
  const said = [];
  if (schema.minimum !== undefined) said.push(`at least ${schema.minimum}`);
  if (schema.maximum !== undefined) said.push(`at most ${schema.maximum}`);
  if (schema.minItems !== undefined) said.push(`${schema.minItems} or more of them`);
  if (schema.default !== undefined && schema.default !== false) said.push(`otherwise ${schema.default}`);
  return said.length ? ` (${said.join(", ")})` : "";
}

function members(schema) {
  const rows = Object.entries(schema.properties ?? {}).map(([name, one]) => [
    element("span", {}, element("code", {}, name), schema.required?.includes(name) ? element("em", {}, "required") : ""),
    element("span", {}, inWords(one), bounds(one)),
    element("span", {}, line(one.description))]);
  return rows.length ? table("Members", ["Member", "Type", ""], rows) : "";
}

function oneIdentifier(schema) {
  const keys = schema.oneOf?.map((one) => one.required?.[0]);
  return schema.properties && keys?.every(Boolean)
    ? element("p", {}, "Exactly one of ", join(keys.map((key) => element("code", {}, key)), "and"), ".") : "";
}

// A named schema of the document, whole.
export function schemaSection(name, schema) {
  const rest = schema.properties ? [] : schema.allOf?.filter((one) => one.$ref) ?? [];
  return element("section", { class: "schema", id: "schema-" + name, tabindex: "-1" },
    element("h3", {}, name),
    paragraphs(schema.description),
    schema.properties ? "" : element("p", {}, "Type: ", rest.length ? join(rest.map(inWords), "and") : inWords(schema), bounds(schema)),
    schema.propertyNames ? element("p", {}, "By ", inWords(schema.propertyNames), ".") : "",
    members(schema),
    oneIdentifier(schema),
    schema.pattern ? element("p", {}, "Pattern ", element("code", { class: "long" }, schema.pattern)) : "",
    (schema.examples ?? []).map((one) => code(typeof one === "string" ? one : JSON.stringify(one, null, 2), "Example")));
}
