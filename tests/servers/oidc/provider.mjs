// provider.mjs PORT: an OpenID Connect provider (oidc-provider from npm) on 127.0.0.1 for the tests:
// a client that gets signed tokens for the audience `lrs`, one whose tokens are opaque, one that may
// introspect, users who log in with any name, and the console, a public client on any port.
import Provider from "oidc-provider";

const port = Number(process.argv[2]);
const issuer = `http://127.0.0.1:${port}`;
const scopes = ["statements/write", "statements/read/mine", "statements/read", "all/read", "all"];
const audience = "urn:lrs";

const provider = new Provider(issuer, {
  clients: [
    {client_id: "sender", client_secret: "sender-secret", grant_types: ["client_credentials"],
     redirect_uris: [], response_types: []},
    {client_id: "lectern", client_secret: "lectern-secret", grant_types: ["client_credentials"],
     redirect_uris: [], response_types: []},
    {client_id: "page", client_secret: "page-secret", grant_types: ["authorization_code"],
     redirect_uris: ["https://page.example.org/back"], response_types: ["code"]},
    {client_id: "console", token_endpoint_auth_method: "none", application_type: "native",
     grant_types: ["authorization_code", "refresh_token"],
     redirect_uris: ["http://127.0.0.1/console"], response_types: ["code"]},
  ],
  scopes: ["openid", "offline_access", ...scopes],
  pkce: {required: (context, client) => client.clientId === "console"},
  clientBasedCORS: () => true,
  issueRefreshToken: async (context, client) => client.grantTypeAllowed("refresh_token"),
  features: {
    clientCredentials: {enabled: true},
    introspection: {enabled: true, allowedPolicy: () => true},
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: () => ({
        scope: scopes.join(" "), audience, accessTokenFormat: "jwt", accessTokenTTL: 60,
      }),
    },
  },
  findAccount: (context, id) => ({accountId: id, claims: () => ({sub: id})}),
});
provider.listen(port, "127.0.0.1");
