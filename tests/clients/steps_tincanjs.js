// What an application does with tincanjs under Node: node steps_tincanjs.js ENDPOINT. Prints a line a step; ends with 1
// where one fails.
const TinCan = require("tincanjs");
const assert = require("assert");
const { createHash, randomUUID } = require("crypto");

const lrs = new TinCan.LRS({ endpoint: process.argv[2], username: "janedoe", password: "supersecret", allowFail: false });
const me = randomUUID();
const agent = new TinCan.Agent({ mbox: `mailto:${me}@example.org`, name: "Ada" });
const activity = new TinCan.Activity({ id: `http://example.org/${me}`, definition: { name: { en: "A course" } } });
const bytes = (text) => { const array = new TextEncoder().encode(text); return array.buffer.slice(0, array.byteLength); };
const statement = (more) => new TinCan.Statement({
  id: randomUUID(), actor: { mbox: agent.mbox, name: "Ada" }, verb: { id: "http://adlnet.gov/expapi/verbs/attended" },
  target: { id: activity.id, definition: { name: { en: "A course" } } }, ...more });

async function call(name, run, check = () => true) {
  const result = await new Promise((resolve, reject) => run((error, got) => {
    if (error === null) resolve(got);
    else reject(new Error(`${name}: ${error} ${got && got.responseText}`));
  }));
  assert.ok(check(result), name);
  console.log(name);
  return result;
}

async function documents() {
  await call("a state", (callback) => lrs.saveState("bookmark", "page 1", { activity, agent, callback }));
  await call("the state read", (callback) => lrs.retrieveState("bookmark", { activity, agent, callback }),
             (got) => got.contents === "page 1");
  await call("its id", (callback) => lrs.retrieveStateIds({ activity, agent, callback }), (got) => got[0] === "bookmark");
  await call("a state deleted", (callback) => lrs.dropState("bookmark", { activity, agent, callback }));
  for (const [kind, word, whose] of [["Activity", "an activity's", { activity }], ["Agent", "an agent's", { agent }]]) {
    await call(`${word} profile`, (callback) => lrs[`save${kind}Profile`]("settings", "first", { ...whose, callback }));
    const first = await call(`${word} profile read`, (callback) =>
      lrs[`retrieve${kind}Profile`]("settings", { ...whose, callback }), (got) => got.contents === "first");
    await call(`${word} profile again`, (callback) =>
      lrs[`save${kind}Profile`]("settings", "second", { ...whose, lastSHA1: first.etag, callback }));
    await call(`${word} profile's id`, (callback) => lrs[`retrieve${kind}ProfileIds`]({ ...whose, callback }),
               (got) => got[0] === "settings");
    await call(`${word} profile deleted`, (callback) => lrs[`drop${kind}Profile`]("settings", { ...whose, callback }));
  }
}

async function statements() {
  const one = statement();
  await call("one statement", (callback) => lrs.saveStatement(one, { callback }));
  await call("many statements", (callback) => lrs.saveStatements([statement(), statement(), statement()], { callback }));
  await call("one statement again", (callback) => lrs.saveStatement(one, { callback }));
  await call("a statement by id", (callback) => lrs.retrieveStatement(one.id, { callback }), (got) => got.id === one.id);
  const page = await call("a query", (callback) => lrs.queryStatements({ params: { agent, limit: 2 }, callback }),
                          (got) => got.statements.length === 2);
  await call("its next page", (callback) => lrs.moreStatements({ url: page.more, callback }),
             (got) => got.statements.length === 2);
  await call("a voiding statement", (callback) => lrs.saveStatement(new TinCan.Statement({
    id: randomUUID(), actor: { mbox: agent.mbox }, verb: { id: "http://adlnet.gov/expapi/verbs/voided" },
    target: { objectType: "StatementRef", id: one.id } }), { callback }));
  await call("the voided one", (callback) => lrs.retrieveVoidedStatement(one.id, { callback }), (got) => got.id === one.id);
}

async function attachments() {
  const content = bytes("an attachment's text");
  const sha2 = createHash("sha256").update(Buffer.from(content)).digest("hex");
  const one = statement({ attachments: [{ usageType: "http://example.org/usage", display: { en: "a text" },
                                          contentType: "text/plain", length: content.byteLength, sha2, content }] });
  await call("an attachment", (callback) => lrs.saveStatement(one, { callback }));
  await call("the attachment read", (callback) =>
    lrs.retrieveStatement(one.id, { params: { attachments: true }, callback }),
    (got) => got.attachments[0].getContentAsString() === "an attachment's text");
}

async function main() {
  await call("about", (callback) => lrs.about({ callback }), (got) => got.version.includes("1.0.3"));
  await statements();
  await attachments();
  await call("an activity", (callback) => lrs.retrieveActivity(activity.id, { callback }),
             (got) => got.definition.name.en === "A course");
  await documents();
}

main().catch((error) => { console.error(error.message); process.exit(1); });
