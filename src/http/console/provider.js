// Signing in at an OpenID Connect provider: the authorization code flow of a public client, with PKCE
// (OpenID Connect Core 3.1, RFC 7636). Tokens live in this module's memory only. What has to outlast the way to the
// provider and back (state, nonce, verifier) waits in the session storage of this tab, and is gone after it.

const waiting = "lectern-sign-in";
const marginMs = 20_000; // before its end a token is renewed
const leewayMs = 60_000; // between the clocks
const refusals = [400, 401]; // of a token endpoint (RFC 6749, 5.2)
const redirectUri = new URL("../console", import.meta.url).href;

const base64url = (bytes) => btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));
const withoutSlash = (uri) => uri.replace(/\/+$/, "");

async function answerOf(uri, options = {}) {
  let answer;
  try {
    answer = await fetch(uri, { ...options, credentials: "omit", cache: "no-store" });
  } catch {
    throw new Error(`The provider does not answer, or lets no page from ${location.origin} ask it: ${new URL(uri).origin}`);
  }
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw Object.assign(new Error(said.error_description ?? said.error ?? `The provider answers ${answer.status}.`), { answered: answer.status });
  return said;
}

// What the provider says of itself. This page may speak with the issuer's origin only, so tokens have to be there.
async function discovered({ issuer }) {
  const told = await answerOf(`${withoutSlash(issuer)}/.well-known/openid-configuration`);
  if (withoutSlash(told.issuer ?? "") !== withoutSlash(issuer)) throw new Error(`The provider calls itself ${told.issuer}, not ${issuer}.`);
  if (new URL(told.token_endpoint).origin !== new URL(issuer).origin) throw new Error(`The provider gives its tokens elsewhere than at its issuer: ${told.token_endpoint}`);
  return told;
}

// Whom the token is for, in the two ways that providers ask for it: RFC 8707 takes URIs only.
const audienceOf = ({ audience }) => (audience ? { audience, ...(URL.canParse(audience) ? { resource: audience } : {}) } : {});

// Leaves this page for the provider's.
export async function leaveFor(provider) {
  if (!globalThis.crypto?.subtle) throw new Error("Signing in at the provider needs HTTPS here.");
  const { authorization_endpoint } = await discovered(provider);
  const [state, nonce, verifier] = [random(), random(), random()];
  const challenge = base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier))));
  sessionStorage.setItem(waiting, JSON.stringify({ state, nonce, verifier, view: location.hash }));
  const address = new URL(authorization_endpoint);
  for (const [name, value] of Object.entries({ response_type: "code", client_id: provider.client_id, redirect_uri: redirectUri, scope: provider.scope,
    state, nonce, code_challenge: challenge, code_challenge_method: "S256", ...audienceOf(provider) })) address.searchParams.set(name, value);
  location.assign(address);
}

// The claims of an ID token that came from the provider itself over its own connection, so that its signature need
// not be looked at (OpenID Connect Core 3.1.3.7, 6).
function claimsOf(idToken, { issuer, client_id }, nonce) {
  const bytes = Uint8Array.from(atob(idToken.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
  const claims = JSON.parse(new TextDecoder().decode(bytes));
  const fault = withoutSlash(claims.iss ?? "") !== withoutSlash(issuer) ? "is of another issuer"
    : ![claims.aud].flat().includes(client_id) ? "is for another client"
      : claims.nonce !== nonce ? "answers another question"
        : !(claims.exp * 1000 + leewayMs > Date.now()) ? "has expired" : "";
  if (fault) throw new Error(`The provider's ID token ${fault}.`);
  return claims;
}

export class Tokens {
  constructor(provider, endpoint, told, claims) {
    Object.assign(this, { provider, endpoint });
    this.name = claims.name || claims.preferred_username || claims.email || claims.sub;
    this.keep(told);
  }

  keep({ access_token, expires_in, refresh_token }) {
    this.access = access_token;
    this.refresh = refresh_token ?? this.refresh;
    this.end = expires_in ? Date.now() + expires_in * 1000 : Infinity;
  }

  // The text of Authorization, renewed where it is about to end and the provider lets it.
  async authorization() {
    if (this.refresh && Date.now() > this.end - marginMs) await this.renew();
    return `Bearer ${this.access}`;
  }

  // Once for all who ask meanwhile. Where the provider refuses, the token at hand has to do, until the server refuses it.
  renew() {
    this.renewing ??= ask(this.endpoint, { grant_type: "refresh_token", refresh_token: this.refresh, client_id: this.provider.client_id,
      ...audienceOf(this.provider) })
      .then((told) => this.keep(told), (error) => { if (refusals.includes(error.answered)) this.refresh = undefined; })
      .finally(() => { this.renewing = undefined; });
    return this.renewing;
  }
}

const ask = (endpoint, form) => answerOf(endpoint, { method: "POST", body: new URLSearchParams(form) });

// The tokens of who comes back from the provider with the code that is in the address; null where nobody does.
export async function comeBack(provider) {
  const told = Object.fromEntries(new URLSearchParams(location.search));
  const kept = JSON.parse(sessionStorage.getItem(waiting) ?? "null");
  sessionStorage.removeItem(waiting);
  if (!("state" in told) || !("code" in told || "error" in told)) return null;
  history.replaceState(null, "", redirectUri + (kept?.view || location.hash));
  if (told.state !== kept?.state || (told.iss && withoutSlash(told.iss) !== withoutSlash(provider.issuer)))
    throw new Error("This is not the answer to a sign-in that began here. Begin again.");
  if (told.error) throw new Error(told.error_description ?? `The provider says: ${told.error}.`);
  const { token_endpoint } = await discovered(provider);
  const got = await ask(token_endpoint, { grant_type: "authorization_code", code: told.code, redirect_uri: redirectUri, client_id: provider.client_id,
    code_verifier: kept.verifier, ...audienceOf(provider) });
  if (!got.id_token) throw new Error("The provider gives no ID token: the setting CONSOLE_OIDC_SCOPE lacks openid.");
  return new Tokens(provider, token_endpoint, got, claimsOf(got.id_token, provider, kept.nonce));
}
