// What an application does with @xapi/xapi, under Node and in a browser: runSteps() makes each step of one
// configuration, hands its name to `told`, and throws where one fails. `sha256` takes a text and gives its hash in hex.
async function runSteps(XAPI, config, { agent, activity, sha256, uuid, attachments, told }) {
  const xapi = new XAPI({ auth: XAPI.toBasicAuth("janedoe", "supersecret"), ...config });
  const step = async (name, promise, check = () => true) => {
    let answer;
    try {
      answer = await promise;
    } catch (error) {
      throw new Error(`${name}: ${error.message} ${JSON.stringify(error.response ? error.response.data : "")}`);
    }
    if (!check(answer.data)) throw new Error(`${name}: ${JSON.stringify(answer.data)}`);
    told(name);
    return answer;
  };
  const statement = (more) => ({ actor: { objectType: "Agent", name: "Ada", ...agent }, verb: XAPI.Verbs.COMPLETED,
                                 object: { objectType: "Activity", id: activity, definition: { name: { en: "A course" } } }, ...more });

  await step("about", xapi.getAbout(), (got) => got.version.includes("2.0.0"));
  const [id] = (await step("one statement", xapi.sendStatement({ statement: statement() }), (got) => got.length === 1)).data;
  await step("many statements", xapi.sendStatements({ statements: [statement(), statement(), statement()] }), (got) => got.length === 3);
  await step("a statement by id", xapi.getStatement({ statementId: id }), (got) => got.id === id);
  const page = await step("a query", xapi.getStatements({ agent, limit: 2 }), (got) => got.statements.length === 2);
  await step("its next page", xapi.getMoreStatements({ more: page.data.more }), (got) => got.statements.length === 2);
  await step("a voiding statement", xapi.voidStatement({ actor: agent, statementId: id }));
  await step("the voided one", xapi.getVoidedStatement({ voidedStatementId: id }), (got) => got.id === id);
  await step("an activity", xapi.getActivity({ activityId: activity }), (got) => got.definition.name.en === "A course");
  await step("an agent", xapi.getAgent({ agent }), (got) => got.name.includes("Ada"));

  const state = { agent, activityId: activity, stateId: "bookmark" };
  await step("a state", xapi.createState({ ...state, state: { page: 1 } }));
  await step("the state read", xapi.getState(state), (got) => got.page === 1);
  const read = await xapi.getState(state);
  await step("the state again", xapi.setState({ ...state, state: { page: 2 }, etag: read.headers.etag, matchHeader: "If-Match" }));
  await step("the state read again", xapi.getState(state), (got) => got.page === 2);
  await step("its id", xapi.getStates({ agent, activityId: activity }), (got) => got[0] === "bookmark");
  await step("a state deleted", xapi.deleteState({ ...state, etag: (await xapi.getState(state)).headers.etag }));
  for (const [kind, whose] of [["Activity", { activityId: activity }], ["Agent", { agent }]]) {
    const one = { ...whose, profileId: "settings" };
    await step(`a profile of ${kind}`, xapi[`create${kind}Profile`]({ ...one, profile: { a: 1 } }));
    const first = await step(`a profile of ${kind} read`, xapi[`get${kind}Profile`](one), (got) => got.a === 1);
    await step(`a profile of ${kind} again`, xapi[`set${kind}Profile`](
      { ...one, profile: { a: 2 }, etag: first.headers.etag, matchHeader: "If-Match" }));
    await step(`the id of a profile of ${kind}`, xapi[`get${kind}Profiles`](whose), (got) => got[0] === "settings");
    await step(`a profile of ${kind} deleted`, xapi[`delete${kind}Profile`](
      { ...one, etag: (await xapi[`get${kind}Profile`](one)).headers.etag }));
  }

  for (const number of attachments) {
    const texts = Array.from({ length: number }, () => `text ${uuid()}`);
    const contents = texts.map((text) => new TextEncoder().encode(text).buffer);
    const described = await Promise.all(texts.map(async (text) => ({
      usageType: "http://example.org/usage", display: { en: "a text" }, contentType: "text/plain", length: text.length,
      sha2: await sha256(text) })));
    const [sent] = (await step(`${number} attachments`, xapi.sendStatement(
      { statement: statement({ attachments: described }), attachments: contents }))).data;
    await step(`${number} attachments read`, xapi.getStatement({ statementId: sent, attachments: true }), (got) => {
      const parts = Array.isArray(got) ? got.slice(1) : [];
      return parts.length === number || texts.every((text) => JSON.stringify(got).includes(text));
    });
  }
}

if (typeof module !== "undefined") module.exports = { runSteps };
