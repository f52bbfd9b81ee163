// steps_xapi_node.js ENDPOINT ADAPTER VERSION: steps_xapi.js under Node.
const XAPI = require("@xapi/xapi");
const { createHash, randomUUID } = require("crypto");
const { runSteps } = require("./steps_xapi.js");

const [endpoint, adapter, version] = process.argv.slice(2);
const me = randomUUID();
runSteps(XAPI.default || XAPI, { endpoint, adapter, version }, {
  agent: { mbox: `mailto:${me}@example.org` }, activity: `http://example.org/${me}`, uuid: randomUUID, told: console.log,
  sha256: (text) => createHash("sha256").update(text).digest("hex"),
  attachments: adapter === "fetch" ? [1, 2, 3] : [],  // by axios these go out under another type: docs/clients.md
}).catch((error) => { console.error(error.message); process.exit(1); });
