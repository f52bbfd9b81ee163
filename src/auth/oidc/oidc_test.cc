#include "auth/oidc/oidc_test.h"

#include "auth/any_of.h"
#include "auth/oidc/key_set.h"

using namespace lectern;
using namespace lectern::auth;
using namespace lectern::auth::testing;
using namespace std::chrono_literals;

TEST_CASE("a signed token makes the principal of its subject") {
  TestProvider provider;
  provider.set_discovery();
  provider.set_keys(rsa().jwk());
  OidcAuthenticator oidc(options_for(provider));
  const auto principal = oidc.authenticate(
      from("bearer " + rsa().token(provider.claims(
                           R"(,"sub":"a|b","scope":"openid statements/write x","target":"t")"))));
  REQUIRE(principal);
  CHECK((*principal)->agent_json == "{\"openid\":\"" + provider.issuer() + "/a%7cb\"}");
  CHECK((*principal)->agent_ifi == "openid:" + provider.issuer() + "/a%7cb");
  CHECK((*principal)->username == "a|b");
  CHECK((*principal)->target == "t");
  CHECK((*principal)->scopes.names() == std::vector<std::string_view>{"statements/write"});
}

TEST_CASE("a final slash of the issuer makes no difference") {
  TestProvider provider;
  provider.set_discovery();
  provider.set_keys(rsa().jwk());
  auto options = options_for(provider);
  options.provider.issuer_uri += "/";
  OidcAuthenticator oidc(options);
  CHECK(oidc.authenticate(from("Bearer " + rsa().token(provider.claims()))));
}

TEST_CASE("RSA with both paddings and elliptic keys are understood") {
  TestProvider provider;
  const Signer elliptic("ec-1", true);
  provider.set_discovery();
  provider.set_keys(rsa().jwk() + "," + elliptic.jwk());
  OidcAuthenticator oidc(options_for(provider));
  for (const std::string& token :
       {rsa().token(provider.claims()), rsa().token(provider.claims(), "PS256"),
        elliptic.token(provider.claims())})
    CHECK(oidc.authenticate(from("Bearer " + token)));
}

TEST_CASE("a token that is not exactly right is refused") {
  TestProvider provider;
  provider.set_discovery();
  provider.set_keys(rsa().jwk());
  auto options = options_for(provider);
  options.audience = "lrs";
  OidcAuthenticator oidc(options);
  const std::string base = R"(,"sub":"u","aud":"lrs")";
  REQUIRE(oidc.authenticate(from("Bearer " + rsa().token(provider.claims(base)))));
  CHECK(oidc.authenticate(
      from("Bearer " + rsa().token(provider.claims(R"(,"sub":"u","aud":["x","lrs"],"nbf":1)")))));
  // A few seconds of difference between clocks are forgiven.
  CHECK(oidc.authenticate(from("Bearer " + rsa().token(provider.claims(base, -5)))));

  const auto claims = [&](const std::string& more) { return rsa().token(provider.claims(more)); };
  CHECK(code_of(oidc, rsa().token(provider.claims(base, -31))) == Code::unauthenticated);
  CHECK(code_of(oidc, claims(base + R"(,"nbf":99999999999)")) == Code::unauthenticated);
  CHECK(code_of(oidc, claims(base + R"(,"nbf":"soon")")) == Code::unauthenticated);
  CHECK(code_of(oidc, claims(R"(,"sub":"u")")) == Code::unauthenticated);
  CHECK(code_of(oidc, claims(R"(,"sub":"u","aud":"other")")) == Code::unauthenticated);
  CHECK(code_of(oidc, claims(R"(,"sub":"u","aud":["x"])")) == Code::unauthenticated);
  CHECK(code_of(oidc, claims(R"(,"aud":"lrs")")) == Code::unauthenticated);
  CHECK(code_of(oidc, rsa().token(R"({"sub":"u","aud":"lrs","exp":99999999999,"iss":"x"})")) ==
        Code::unauthenticated);
  CHECK(code_of(oidc, rsa().token("{\"sub\":\"u\",\"aud\":\"lrs\",\"iss\":\"" + provider.issuer() +
                                  "\"}")) == Code::unauthenticated);
  for (const char* text : {"", "x", "a.b.c", "a.b", "a.b.c.d"})
    CHECK_FALSE(oidc.authenticate(from(text)));
}

TEST_CASE("forged tokens are refused") {
  TestProvider provider;
  provider.set_discovery();
  provider.set_keys(rsa().jwk());
  OidcAuthenticator oidc(options_for(provider));
  const std::string good = rsa().token(provider.claims());
  const Signer stranger("rsa-1");  // another key under the same id
  CHECK(code_of(oidc, stranger.token(provider.claims())) == Code::unauthenticated);
  const std::string payload = to_base64url(provider.claims(R"(,"sub":"admin","scope":"all")"));
  const std::string head = good.substr(0, good.find('.'));
  const std::string signature = good.substr(good.rfind('.'));
  CHECK(code_of(oidc, head + "." + payload + signature) == Code::unauthenticated);
  for (const char* algorithm : {"none", "HS256", "RS1", "ES256", ""}) {
    const std::string header = R"({"kid":"rsa-1","alg":")" + std::string(algorithm) + "\"}";
    CHECK(code_of(oidc, to_base64url(header) + "." + payload + signature) == Code::unauthenticated);
  }
  CHECK(oidc.authenticate(from("Bearer " + good)));
}

TEST_CASE("weak keys and keys for encryption are left out") {
  CHECK(KeySet::parse(R"({"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"}]})")->size() == 0);
  std::string jwk = rsa().jwk();
  CHECK(KeySet::parse("{\"keys\":[" + jwk + "]}")->size() == 1);
  jwk.replace(jwk.find("\"sig\""), 5, "\"enc\"");
  CHECK(KeySet::parse("{\"keys\":[" + jwk + "]}")->size() == 0);
  CHECK_FALSE(KeySet::parse("[]"));
}

TEST_CASE("a new key is fetched when a token names it, and not for every stranger") {
  TestProvider provider;
  const Signer next("rsa-2");
  provider.set_discovery();
  provider.set_keys(rsa().jwk());
  auto options = options_for(provider);
  options.provider.keys_interval_min = 1h;
  OidcAuthenticator limited(options);
  CHECK(limited.authenticate(from("Bearer " + rsa().token(provider.claims()))));
  CHECK(code_of(limited, next.token(provider.claims())) == Code::unauthenticated);
  CHECK(provider.asked("/keys") == 1);

  OidcAuthenticator oidc(options_for(provider));
  CHECK(oidc.authenticate(from("Bearer " + rsa().token(provider.claims()))));
  CHECK(code_of(oidc, next.token(provider.claims())) == Code::unauthenticated);
  provider.set_keys(next.jwk());
  CHECK(oidc.authenticate(from("Bearer " + next.token(provider.claims()))));
  // The old key is gone with its set.
  CHECK(code_of(oidc, rsa().token(provider.claims(R"(,"sub":"late")"))) == Code::unauthenticated);
}

TEST_CASE("a provider that is away fails closed, and is believed again when it is back") {
  TestProvider provider;
  const std::string token = rsa().token(provider.claims());
  OidcAuthenticator oidc(options_for(provider));
  CHECK(code_of(oidc, token) == Code::unavailable);
  provider.set_discovery();
  CHECK(code_of(oidc, token) == Code::unavailable);
  provider.set("/keys", "200 OK\r\n\r\nnonsense");
  CHECK(code_of(oidc, token) == Code::unavailable);
  provider.set_keys(rsa().jwk());
  CHECK(oidc.authenticate(from("Bearer " + token)));

  auto options = options_for(provider);
  options.provider.retry_after = 1h;
  options.provider.issuer_uri += "/nowhere";
  OidcAuthenticator patient(options);
  CHECK(code_of(patient, token) == Code::unavailable);
  CHECK(code_of(patient, token) == Code::unavailable);
  CHECK(provider.asked("/realm/nowhere/.well-known/openid-configuration") == 1);
}

TEST_CASE("no two subjects or clients have the same name, and few have another than their own") {
  TestProvider provider;
  OidcAuthenticator oidc(introspecting(provider));
  int tokens = 0;
  const auto name_of = [&](const std::string& claim, const std::string& value) {
    const std::string who = ",\"" + claim + "\":" + json::quoted(value);
    provider.set_introspection(provider.claims(",\"active\":true" + who));
    provider.set("/userinfo", "200 OK\r\n\r\n{\"sub\":" + json::quoted(value) + "}");
    const auto principal = oidc.authenticate(from("Bearer token" + std::to_string(++tokens)));
    REQUIRE(principal);
    return (*principal)->agent_ifi.substr(("openid:" + provider.issuer() + "/").size());
  };
  for (const char* plain : {"user-1", "a/b", "jane%40example.org", "application", "app/x"})
    CHECK(name_of("sub", plain) == plain);
  CHECK(name_of("sub", "auth0|1") == "auth0%7c1");

  std::map<std::string, std::string> seen;
  for (const char* value : {"x", "application/x", "application%2fx", "application%252fx", "a|b",
                            "a%7cb", "a%257cb", "a%25257cb", "a%7Cb", "a b", "a%20b"})
    for (const char* claim : {"sub", "client_id"}) {
      const auto added = seen.emplace(name_of(claim, value), std::string(claim) + value);
      const auto& there = *added.first;
      CHECK_MESSAGE(added.second, claim, " ", value, " has the name of ", there.second, ": ",
                    there.first);
    }
}

TEST_CASE("of several ways to authenticate, the one that the header is for decides") {
  TestProvider provider;
  provider.set_discovery();
  provider.set_keys(rsa().jwk());
  std::vector<std::unique_ptr<Authenticator>> both;
  both.push_back(std::make_unique<OidcAuthenticator>(options_for(provider)));
  both.push_back(std::make_unique<OidcAuthenticator>(options_for(provider)));
  const auto any = any_of(std::move(both));
  CHECK(any->challenge() == "Bearer, Bearer");
  CHECK(any->authenticate(from("Bearer " + rsa().token(provider.claims()))));
  CHECK(any->authenticate(from("")).error().message == "Invalid authentication credentials");
}
