// The frame: signing in, the views, and which of them the address names.
import { element } from "../docs/element.js";
import { here } from "./address.js";
import { field, trouble } from "./parts.js";
import { signIn, signOut, user } from "./session.js";
import * as courses from "./courses.js";
import * as health from "./health.js";
import * as overview from "./overview.js";
import * as people from "./people.js";
import * as statements from "./statements.js";
import * as attempt from "./try.js";

const views = [
  { name: "overview", title: "Overview", open: overview.open },
  { name: "statements", title: "Statements", open: statements.open },
  { name: "people", title: "People", open: people.open },
  { name: "courses", title: "Courses", open: courses.open },
  { name: "health", title: "Health", open: health.open },
  { name: "try", title: "Try", open: attempt.open },
];
const main = document.getElementById("main");
const links = document.getElementById("views");
const who = document.getElementById("who");
let shown = { name: "", view: null };

function close() {
  shown.view?.close?.();
  shown = { name: "", view: null };
}

function show() {
  if (!user.name) return;
  const { view: name, parameters } = here();
  const chosen = views.find((one) => one.name === name) ?? views[0];
  document.title = `${chosen.title} · Lectern`;
  for (const link of links.children) {
    if (link.dataset.view === chosen.name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (shown.name === chosen.name) return shown.view.update(parameters);
  const first = shown.name === "";
  close();
  const place = element("div", { class: `view ${chosen.name}` });
  main.replaceChildren(place);
  shown = { name: chosen.name, view: chosen.open(place, parameters) };
  if (!first) main.focus({ preventScroll: true });
}

function leave() {
  signOut();
  close();
  askWho();
}

function begin() {
  links.replaceChildren(...views.map((one) => element("a", { href: `#/${one.name}`, "data-view": one.name }, one.title)));
  who.replaceChildren(
    element("span", { title: user.scopes.join(", ") }, user.name),
    element("button", { type: "button", class: "quiet", onclick: leave }, "Sign out"));
  links.hidden = who.hidden = false;
  show();
}

function askWho() {
  links.hidden = who.hidden = true;
  document.title = "Sign in · Lectern";
  const name = element("input", { type: "text", autocomplete: "username", autocapitalize: "none", spellcheck: "false", required: true });
  const password = element("input", { type: "password", autocomplete: "current-password", required: true });
  const said = element("div", {});
  const button = element("button", {}, "Sign in");
  const form = element("form", {
    class: "sign-in",
    onsubmit: async (event) => {
      event.preventDefault();
      button.disabled = true;
      said.replaceChildren();
      try {
        await signIn(name.value, password.value);
        password.value = "";
        begin();
      } catch (error) {
        button.disabled = false;
        said.replaceChildren(trouble(error.status === 401 ? { message: "No user has this name and password." } : error));
        password.select();
      }
    } },
    element("h1", {}, "Sign in"),
    field("User name", name), field("Password", password), button, said,
    element("small", {}, "As a user of the record store. Both are kept in this page's memory only: a reload forgets them."));
  main.replaceChildren(form);
  name.focus();
}

addEventListener("hashchange", show);
askWho();
