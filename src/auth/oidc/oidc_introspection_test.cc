#include <atomic>
#include <future>
#include <thread>
#include <vector>

#include "auth/oidc/oidc_test.h"

using namespace lectern;
using namespace lectern::auth;
using namespace lectern::auth::testing;
using namespace std::chrono_literals;

namespace {

/// How many of 16 callers, each with a token of its own, took longer than `limit`.
int slow_callers(OidcAuthenticator& oidc, std::chrono::milliseconds limit) {
  std::vector<std::future<bool>> all;
  for (int i = 0; i < 16; ++i)
    all.push_back(std::async(std::launch::async, [&oidc, limit, i] {
      const auto begin = std::chrono::steady_clock::now();
      CHECK(code_of(oidc, "a.b." + std::to_string(i)) == Code::unavailable);
      return std::chrono::steady_clock::now() - begin > limit;
    }));
  int slow = 0;
  for (auto& one : all) slow += one.get() ? 1 : 0;
  return slow;
}

}  // namespace

TEST_CASE("with client credentials the provider is asked about each token, once") {
  TestProvider provider;
  provider.set_introspection(
      provider.claims(R"(,"active":true,"sub":"u","client_id":"c","scope":"all","target":"no")"));
  provider.set(
      "/userinfo",
      "200 OK\r\nContent-Type: application/json\r\n\r\n{\"sub\":\"u\",\"target\":\"mine\"}");
  OidcAuthenticator oidc(introspecting(provider));
  for (int i = 0; i < 3; ++i) {
    const auto principal = oidc.authenticate(from("Bearer opaque+token"));
    REQUIRE(principal);
    CHECK((*principal)->agent_ifi == "openid:" + provider.issuer() + "/u");
    CHECK((*principal)->target == "mine");
    CHECK((*principal)->scopes.grants(Scope::all));
  }
  CHECK(provider.asked("/introspect") == 1);
  CHECK(provider.last().body == "token=opaque%2Btoken");
  CHECK(provider.last().headers.find("Authorization: Basic " + to_base64("lectern:s")) !=
        std::string::npos);

  provider.set("/userinfo", "200 OK\r\n\r\n{\"sub\":\"another\"}");
  CHECK(code_of(oidc, "second") == Code::unauthenticated);
  provider.set_introspection(R"({"active":false})");
  CHECK(code_of(oidc, "third") == Code::unauthenticated);
  provider.set("/introspect", "500 Oops\r\n\r\n");
  CHECK(code_of(oidc, "fourth") == Code::unavailable);
}

TEST_CASE("a client's token without a subject is the application's") {
  TestProvider provider;
  provider.set_introspection(
      provider.claims(R"(,"active":true,"client_id":"my-app","scope":"define","target":"t")"));
  OidcAuthenticator oidc(introspecting(provider));
  const auto principal = oidc.authenticate(from("Bearer x"));
  REQUIRE(principal);
  CHECK((*principal)->agent_ifi == "openid:" + provider.issuer() + "/application/my-app");
  CHECK((*principal)->target == "t");
  CHECK(provider.asked("/userinfo") == 0);
}

TEST_CASE("user info may be a signed token") {
  TestProvider provider;
  provider.set_introspection(provider.claims(R"(,"active":true,"sub":"u")"));
  provider.set_keys(rsa().jwk());
  OidcAuthenticator oidc(introspecting(provider));
  const std::string head = "200 OK\r\nContent-Type: application/jwt; charset=utf-8\r\n\r\n";
  provider.set("/userinfo", head + rsa().token(R"({"sub":"u","target":"t"})"));
  const auto principal = oidc.authenticate(from("Bearer x"));
  REQUIRE(principal);
  CHECK((*principal)->target == "t");
  provider.set("/userinfo", head + Signer("rsa-1").token(R"({"sub":"u","target":"t"})"));
  CHECK(code_of(oidc, "y") == Code::unauthenticated);
}

TEST_CASE("a provider that hangs keeps one caller waiting, not all") {
  std::atomic<bool> hang = true;
  net::LoopbackServer server([&](const auto&) {
    for (int i = 0; i < 100 && hang; ++i) std::this_thread::sleep_for(50ms);
    return std::string();
  });
  OidcOptions options;
  options.provider.issuer_uri = server.url();
  options.provider.timeout = 3s;
  OidcAuthenticator oidc(options);
  CHECK(slow_callers(oidc, 2s) == 1);
  hang = false;
}

TEST_CASE("an introspection that hangs is tried by one caller at a time once it has failed") {
  std::atomic<bool> hang = true;
  std::string url;
  net::LoopbackServer server([&](const net::LoopbackServer::Request& request) {
    if (request.method == "GET")
      return "200 OK\r\n\r\n{\"issuer\":\"" + url + "\",\"jwks_uri\":\"" + url +
             "/keys\",\"introspection_endpoint\":\"" + url + "/i\",\"userinfo_endpoint\":\"" + url +
             "/u\"}";
    for (int i = 0; i < 100 && hang; ++i) std::this_thread::sleep_for(50ms);
    return std::string();
  });
  url = server.url();
  OidcOptions options;
  options.provider.issuer_uri = url;
  options.provider.client_id = "lectern";
  options.provider.client_secret = "s";
  options.provider.timeout = 2s;
  options.provider.retry_after = 0ms;
  OidcAuthenticator oidc(options);
  CHECK(code_of(oidc, "first") == Code::unavailable);
  CHECK(slow_callers(oidc, 1s) == 1);
  hang = false;
}

TEST_CASE("a refused token is remembered for a moment") {
  TestProvider provider;
  provider.set_introspection(R"({"active":false})");
  auto options = introspecting(provider);
  options.refused_ttl = 1h;
  OidcAuthenticator oidc(options);
  CHECK_FALSE(oidc.remembered(from("Bearer x")));
  for (int i = 0; i < 50; ++i) CHECK(code_of(oidc, "x") == Code::unauthenticated);
  CHECK(provider.asked("/introspect") == 1);
  const auto remembered = oidc.remembered(from("Bearer x"));
  REQUIRE(remembered);
  CHECK(remembered->error().code == Code::unauthenticated);
  CHECK(oidc.counts().failed == 51);
}

TEST_CASE("a client secret that the provider refuses is our fault, not the token's") {
  TestProvider provider;
  provider.set_introspection("");
  OidcAuthenticator oidc(introspecting(provider));
  for (const char* status : {"401 Unauthorized", "403 Forbidden"}) {
    provider.set("/introspect", std::string(status) + "\r\n\r\n{}");
    CHECK(code_of(oidc, "x") == Code::unavailable);
  }
  provider.set("/introspect", "400 Bad Request\r\n\r\n{\"error\":\"invalid_client\"}");
  CHECK(code_of(oidc, "x") == Code::unavailable);
  provider.set("/introspect", "400 Bad Request\r\n\r\n{\"error\":\"invalid_request\"}");
  CHECK(code_of(oidc, "x") == Code::unauthenticated);
}
