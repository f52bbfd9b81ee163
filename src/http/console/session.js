// Who is signed in, and requests in that name. The credentials live in this module's memory and nowhere
// else: nothing is stored, and a reload forgets them.
const root = new URL("../", import.meta.url);
const version = "1.0.3";
let credentials = null; // {name, authorization(): the header, once it is good}

export const user = { name: "", agent: null, scopes: [] };

// What the server said when it did not do what it was asked. `status` is 0 where it did not answer.
export class Refusal extends Error {
  constructor(status, text) {
    let said = {};
    try { said = JSON.parse(text); } catch { /* not from Lectern: a proxy */ }
    super(said.detail ?? (text.slice(0, 300) || `Status ${status}`));
    Object.assign(this, { status, path: said.path, rule: said.rule, said });
  }
}

export function addressOf(path, query = {}) {
  const address = new URL(path, root);
  for (const [name, value] of Object.entries(query))
    for (const one of [value].flat())
      if (one !== undefined && one !== "") address.searchParams.append(name, one);
  return address;
}

// The answer to a request for a place of this server (`xAPI/statements`, or a `more` link), whatever
// its status.
export async function answerOf(path, { query, method = "GET", headers = {}, body, signal } = {}) {
  const all = { "X-Experience-API-Version": version, ...headers };
  if (credentials) all.Authorization = await credentials.authorization();
  try {
    return await fetch(addressOf(path, query), { method, headers: all, body, signal, credentials: "omit", cache: "no-store" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal(0, JSON.stringify({ detail: "The server does not answer." }));
  }
}

const patience = 5; // times that a question is asked again where the server says that it is busy

const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

async function good(path, options = {}) {
  let answer = await answerOf(path, options);
  for (let again = 0; answer.status === 503 && (options.method ?? "GET") === "GET" && again < patience; ++again) {
    await pause(Math.min(Number(answer.headers.get("Retry-After")) || 1, 10));
    answer = await answerOf(path, options);
  }
  if (!answer.ok) throw new Refusal(answer.status, await answer.text());
  return answer;
}

export const readJson = async (path, options) => (await good(path, options)).json();
export const readText = async (path, options) => (await good(path, options)).text();
export const readAnswer = good;

function basic(name, password) {
  const bytes = new TextEncoder().encode(`${name}:${password}`);
  return "Basic " + btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

// Signs in with what gives the header of each request: `{ name, authorization() }`.
export async function signInWith(given) {
  credentials = given;
  try {
    const { agent, scopes } = await readJson("whoami");
    Object.assign(user, { name: given.name, agent, scopes });
  } catch (error) {
    credentials = null;
    throw error;
  }
}

export function signIn(name, password) {
  const header = basic(name, password);
  return signInWith({ name, isBasic: true, authorization: async () => header });
}

export function signOut() {
  credentials = null;
  Object.assign(user, { name: "", agent: null, scopes: [] });
}

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

// The same request at a terminal; curl asks for a password, a token stands in the variable TOKEN.
export function asCurl(path, query) {
  const who = credentials.isBasic ? ["--user", quoted(user.name)] : ["-H", '"Authorization: Bearer $TOKEN"'];
  return ["curl", ...who, "-H", quoted(`X-Experience-API-Version: ${version}`),
    quoted(addressOf(path, query).href)].join(" ");
}
