// Voiding a statement, and who did.
import { element } from "../docs/element.js";
import { addressTo, goTo } from "./address.js";
import { trouble, say } from "./parts.js";
import { referringTo, voided } from "./references.js";
import { moment, sentence } from "./sentence.js";
import { readJson, user } from "./session.js";

export async function voidedBy(statement) {
  const { found } = await referringTo(statement, voided);
  return found.map((one) => element("p", {}, moment(one.stored), " ", element("a", { href: addressTo("statements", { id: one.id }) }, sentence(one))));
}

// A statement is void for good, so a person is asked first.
export function voidButton(statement) {
  if (statement.verb.id === voided) return "";
  const said = element("div", {});
  const send = async (event) => {
    event.target.disabled = true;
    try {
      await readJson("xAPI/statements", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({
        actor: user.agent, verb: { id: voided, display: { en: "voided" } }, object: { objectType: "StatementRef", id: statement.id } }) });
      box.close();
      say("It is void.");
      goTo("statements", { verb: voided });
    } catch (error) {
      said.replaceChildren(trouble(error));
      event.target.disabled = false;
    }
  };
  const box = element("dialog", { "aria-label": "Void the statement" },
    element("p", {}, "A statement that is void stays so: lists, counts and exports leave it out."), said,
    element("div", { class: "buttons" },
      element("button", { type: "button", onclick: send }, "Void it"),
      element("button", { type: "button", class: "quiet", onclick: () => box.close() }, "Keep it")));
  return [element("button", { type: "button", class: "quiet", onclick: () => box.showModal() }, "Void …"), box];
}
