// The attachments of a statement: told of at once, read when they are asked for, and shown only in ways
// in which nothing in them can run.
import { code, element } from "../docs/element.js";
import { asBytes, choose } from "./names.js";
import { fill } from "./parts.js";
import { inLanguage } from "./sentence.js";
import { readAnswer } from "./session.js";

const shownTextBytesMax = 100_000;
const pictures = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/svg+xml"];

function indexOf(bytes, wanted, from) {
  outer: for (let at = bytes.indexOf(wanted[0], from); at !== -1; at = bytes.indexOf(wanted[0], at + 1)) {
    for (let i = 1; i < wanted.length; ++i) if (bytes[at + i] !== wanted[i]) continue outer;
    return at;
  }
  return -1;
}

// The parts of a multipart/mixed body by their X-Experience-API-Hash.
export function partsOf(bytes, boundary) {
  const text = (one) => new TextEncoder().encode(one);
  const mark = text(`--${boundary}`), blank = text("\r\n\r\n"), parts = new Map();
  let at = indexOf(bytes, mark, 0);
  while (at !== -1) {
    const next = indexOf(bytes, mark, at + mark.length), head = indexOf(bytes, blank, at);
    if (next === -1 || head === -1) break;
    const fields = new TextDecoder().decode(bytes.subarray(at + mark.length, head));
    const hash = /^x-experience-api-hash:\s*(\S+)/im.exec(fields)?.[1];
    if (hash) parts.set(hash, bytes.subarray(head + blank.length, next - 2));
    at = next;
  }
  return parts;
}

async function contents(query) {
  const answer = await readAnswer("xAPI/statements", { query: { ...query, attachments: "true" } });
  const boundary = /boundary="?([^";]+)"?/.exec(answer.headers.get("Content-Type") ?? "")?.[1];
  return partsOf(new Uint8Array(await answer.arrayBuffer()), boundary);
}

function preview(attachment, bytes) {
  const type = attachment.contentType.split(";")[0].trim().toLowerCase();
  const name = choose(attachment.display).text || "attachment";
  const addressOf = (kind) => URL.createObjectURL(new Blob([bytes], { type: kind }));
  const made = [];
  if (pictures.includes(type)) made.push(element("img", { src: addressOf(type), alt: name }));
  else if (/^(audio|video)\//.test(type)) made.push(element(type.split("/")[0], { src: addressOf(type), controls: true, "aria-label": name }));
  else if (/^text\/|json$|xml$/.test(type)) made.push(code(new TextDecoder().decode(bytes.subarray(0, shownTextBytesMax)), name));
  // As bytes without a type: a page among them would otherwise open here.
  made.push(element("a", { href: addressOf("application/octet-stream"), download: name }, `Save ${name}`));
  return made;
}

export function attachmentList(statement, query) {
  const all = statement.attachments ?? [];
  if (!all.length) return "";
  const items = all.map((one) => element("li", {},
    inLanguage("strong", choose(one.display)), ` ${one.contentType}, ${asBytes(one.length)} `,
    one.fileUrl ? element("a", { href: /^https?:/.test(one.fileUrl) ? one.fileUrl : undefined, rel: "noreferrer", target: "_blank" }, one.fileUrl) : ""));
  const place = element("div", { class: "attachments" });
  const show = () => fill(place, async () => {
    const parts = await contents(query);
    return all.map((one) => (parts.has(one.sha2) ? element("div", {}, preview(one, parts.get(one.sha2))) : element("p", { class: "note" }, `${choose(one.display).text}: its content is not stored here.`)));
  });
  return [element("h3", {}, "Attachments"), element("ul", {}, items),
    element("button", { type: "button", class: "quiet", onclick: show }, "Show contents"), place];
}
