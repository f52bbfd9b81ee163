// The frame: signing in, the views, and which of them the address names.
import { element } from "../docs/element.js";
import { here } from "./address.js";
import { forgetOffers } from "./offers.js";
import { signOut, user } from "./session.js";
import { askWho, begin as beginSignIn } from "./sign_in.js";
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
  forgetOffers();
  close();
  links.hidden = who.hidden = true;
  askWho(main, enter);
}

function enter() {
  links.replaceChildren(...views.map((one) => element("a", { href: `#/${one.name}`, "data-view": one.name }, one.title)));
  who.replaceChildren(
    element("span", { title: user.scopes.join(", ") }, user.name),
    element("button", { type: "button", class: "quiet", onclick: leave }, "Sign out"));
  links.hidden = who.hidden = false;
  show();
}

addEventListener("hashchange", show);
beginSignIn(main, enter);
