// The page that asks who one is: by name and password, or at the provider.
import { element } from "../docs/element.js";
import { field, trouble } from "./parts.js";
import { comeBack, leaveFor } from "./provider.js";
import { signIn, signInWith } from "./session.js";

const ways = JSON.parse(document.querySelector("meta[name=sign-in]").content);

function passwordForm(done, said) {
  const name = element("input", { type: "text", autocomplete: "username", autocapitalize: "none", spellcheck: "false", required: true });
  const password = element("input", { type: "password", autocomplete: "current-password", required: true });
  const button = element("button", {}, "Sign in");
  const send = async (event) => {
    event.preventDefault();
    button.disabled = true;
    said.replaceChildren();
    try {
      await signIn(name.value, password.value);
      password.value = "";
      done();
    } catch (error) {
      button.disabled = false;
      said.replaceChildren(trouble(error.status === 401 ? { message: "No user has this name and password." } : error));
      password.select();
    }
  };
  return element("form", { onsubmit: send }, field("User name", name), field("Password", password), button);
}

function providerButton(said) {
  const button = element("button", { type: "button", class: ways.basic ? "quiet" : "", onclick: async () => {
    button.disabled = true;
    said.replaceChildren();
    try {
      await leaveFor(ways.provider);
    } catch (error) {
      button.disabled = false;
      said.replaceChildren(trouble(error));
    }
  } }, `Sign in at ${new URL(ways.provider.issuer).host}`);
  return button;
}

// Fills `main` with the ways to sign in; `done` is called when somebody has.
export function askWho(main, done, error) {
  document.title = "Sign in · Lectern";
  const said = element("div", {}, error ? trouble(error) : "");
  main.replaceChildren(element("div", { class: "sign-in" },
    element("h1", {}, "Sign in"), said,
    ways.basic ? passwordForm(done, said) : "",
    ways.basic && ways.provider ? element("p", { class: "or" }, "or") : "",
    ways.provider ? providerButton(said) : "",
    ways.basic || ways.provider ? "" : element("p", { class: "note" }, "Nobody can sign in here: users come from a provider, and the setting CONSOLE_OIDC_CLIENT_ID does not say what this page is called there."),
    element("small", {}, ways.basic ? "As a user of the record store. " : "", "What you sign in with is kept in this page's memory only: a reload forgets it.")));
  main.querySelector("input, .sign-in button")?.focus();
}

// For who comes back from the provider: calls `done`, or asks again with what went wrong.
export async function begin(main, done) {
  if (!ways.provider) return askWho(main, done);
  main.replaceChildren(element("p", { class: "note signing-in", role: "status" }, "Signing in …"));
  try {
    const tokens = await comeBack(ways.provider);
    if (!tokens) return askWho(main, done);
    await signInWith(tokens);
    done();
  } catch (error) {
    askWho(main, done, error.status === 401 ? { message: "The record store does not take this provider's token." } : error);
  }
}
