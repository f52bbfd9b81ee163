// Small pieces of pages that several views need.
import { element } from "../docs/element.js";

let fresh = 0;

// A labelled field; more and a hint stand below it.
export function field(label, input, hint, more = "") {
  input.id ||= `field-${++fresh}`;
  if (hint) input.setAttribute("aria-describedby", `${input.id}-hint`);
  return element("div", { class: "field" },
    element("label", { for: input.id }, label), input, more,
    hint ? element("small", { id: `${input.id}-hint` }, hint) : "");
}

export function tick(label, input) {
  return element("label", { class: "tick" }, input, label);
}

// Says something to those who look and to those who listen.
export function say(text) {
  const place = document.getElementById("said");
  place.textContent = text;
  setTimeout(() => { if (place.textContent === text) place.textContent = ""; }, 6000);
}

export function copyButton(label, text) {
  return element("button", { type: "button", class: "quiet", onclick: async () => {
    try {
      await navigator.clipboard.writeText(text());
      say("It is in the clipboard.");
    } catch { // clipboards are for https and localhost alone
      say("This browser gives no access to its clipboard here.");
    }
  } }, label);
}

// Saves what `read` answers under a name. The browser keeps what comes, in memory or on its disk, until it is whole.
export function saveButton(label, name, read) {
  const button = element("button", { type: "button", class: "quiet", onclick: async () => {
    button.disabled = true;
    say("It is on its way.");
    try {
      const address = URL.createObjectURL(await (await read()).blob());
      element("a", { href: address, download: name }).click();
      URL.revokeObjectURL(address);
      say(`It is saved as ${name}.`);
    } catch (error) {
      say(`It could not be saved: ${error.message}`);
    } finally {
      button.disabled = false;
    }
  } }, label);
  return button;
}

export function trouble(error) {
  const need = error.status === 403 ? " Another user may be allowed to." : error.status === 401 ? " Sign in again." : "";
  return element("p", { class: "trouble", role: "alert" }, error.message + need,
    error.path ? element("code", {}, ` at ${error.path}`) : "", error.rule ? ` (${error.rule})` : "");
}

export function facts(pairs) {
  const rows = pairs.filter(([, value]) => value !== undefined && value !== "" && value !== null);
  return element("dl", { class: "facts" }, rows.map(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
}

// Shows that something is on its way, and then what came, or why nothing did.
export async function fill(place, work) {
  place.setAttribute("aria-busy", "true");
  try {
    place.replaceChildren(...[await work()].flat(Infinity).filter((one) => one !== undefined && one !== ""));
  } catch (error) {
    if (error.name === "AbortError") return;
    place.replaceChildren(trouble(error));
  } finally {
    place.removeAttribute("aria-busy");
  }
}
