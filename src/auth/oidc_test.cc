#include "auth/oidc.h"

#include <future>
#include <map>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "auth/any_of.h"
#include "auth/key_set.h"
#include "base/concurrency/mutex.h"
#include "base/digest.h"
#include "base/time.h"
#include "net/loopback_server.h"

using namespace lectern;
using namespace lectern::auth;
using namespace std::chrono_literals;

namespace {

/// Outlived by `header`.
Attempt from(std::string_view header) { return {header, "192.0.2.1"}; }

std::string base64url_of(EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  REQUIRE(EVP_PKEY_get_bn_param(key, name, &number) == 1);
  std::string bytes(static_cast<std::size_t>(BN_num_bytes(number)), '\0');
  BN_bn2bin(number, reinterpret_cast<unsigned char*>(bytes.data()));
  BN_free(number);
  return to_base64url(bytes);
}

std::string padded(const BIGNUM* number, int size) {
  std::string bytes(static_cast<std::size_t>(size), '\0');
  BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), size);
  return bytes;
}

/// A key that signs.
class Signer {
 public:
  explicit Signer(std::string id, bool elliptic = false)
      : id_(std::move(id)),
        elliptic_(elliptic),
        key_(elliptic ? EVP_EC_gen("prime256v1") : EVP_RSA_gen(2048)) {}
  ~Signer() { EVP_PKEY_free(key_); }
  Signer(const Signer&) = delete;
  Signer& operator=(const Signer&) = delete;

  std::string jwk() const {
    if (!elliptic_)
      return R"({"kty":"RSA","use":"sig","kid":")" + id_ + R"(","n":")" +
             base64url_of(key_, OSSL_PKEY_PARAM_RSA_N) + R"(","e":")" +
             base64url_of(key_, OSSL_PKEY_PARAM_RSA_E) + "\"}";
    BIGNUM *x = nullptr, *y = nullptr;
    EVP_PKEY_get_bn_param(key_, OSSL_PKEY_PARAM_EC_PUB_X, &x);
    EVP_PKEY_get_bn_param(key_, OSSL_PKEY_PARAM_EC_PUB_Y, &y);
    std::string out = R"({"kty":"EC","crv":"P-256","kid":")" + id_ + R"(","x":")" +
                      to_base64url(padded(x, 32)) + R"(","y":")" + to_base64url(padded(y, 32)) +
                      "\"}";
    BN_free(x);
    BN_free(y);
    return out;
  }

  std::string token(const std::string& claims, std::string algorithm = "") const {
    if (algorithm.empty()) algorithm = elliptic_ ? "ES256" : "RS256";
    const std::string head = R"({"alg":")" + algorithm + R"(","kid":")" + id_ + "\"}";
    const std::string text = to_base64url(head) + "." + to_base64url(claims);
    return text + "." + to_base64url(sign(text, algorithm[0] == 'P'));
  }

 private:
  std::string sign(const std::string& text, bool pss) const {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    EVP_PKEY_CTX* options = nullptr;
    EVP_DigestSignInit(context, &options, EVP_sha256(), nullptr, key_);
    if (pss) {
      EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING);
      EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST);
    }
    std::string out(512, '\0');
    std::size_t size = out.size();
    const auto* data = reinterpret_cast<const unsigned char*>(text.data());
    REQUIRE(EVP_DigestSign(context, reinterpret_cast<unsigned char*>(out.data()), &size, data,
                           text.size()) == 1);
    EVP_MD_CTX_free(context);
    out.resize(size);
    if (!elliptic_) return out;
    const auto* der = reinterpret_cast<const unsigned char*>(out.data());
    ECDSA_SIG* pair = d2i_ECDSA_SIG(nullptr, &der, static_cast<long>(size));
    out = padded(ECDSA_SIG_get0_r(pair), 32) + padded(ECDSA_SIG_get0_s(pair), 32);
    ECDSA_SIG_free(pair);
    return out;
  }

  std::string id_;
  bool elliptic_;
  EVP_PKEY* key_;
};

/// A provider whose answers a test may change; it counts what is asked for.
class TestProvider {
 public:
  TestProvider()
      : server_([this](const net::LoopbackServer::Request& request) { return answer(request); }) {}

  std::string issuer() const { return server_.url() + "/realm"; }

  void set(const std::string& path, std::string text) {
    const MutexLock lock(mutex_);
    answers_[path] = std::move(text);
  }
  void set_keys(const std::string& jwks) {
    set("/keys", "200 OK\r\nContent-Type: application/json\r\n\r\n{\"keys\":[" + jwks + "]}");
  }
  void set_discovery(const std::string& more = "") {
    set("/realm/.well-known/openid-configuration", "200 OK\r\n\r\n{\"issuer\":\"" + issuer() +
                                                       "\",\"jwks_uri\":\"" + server_.url() +
                                                       "/keys\"" + more + "}");
  }
  void set_introspection(const std::string& answer) {
    set_discovery(",\"introspection_endpoint\":\"" + server_.url() +
                  "/introspect\",\"userinfo_endpoint\":\"" + server_.url() + "/userinfo\"");
    set("/introspect", "200 OK\r\n\r\n" + answer);
  }
  int asked(const std::string& path) {
    const MutexLock lock(mutex_);
    return asked_[path];
  }
  net::LoopbackServer::Request last() {
    const MutexLock lock(mutex_);
    return last_;
  }

  std::string claims(const std::string& more = R"(,"sub":"user-1","scope":"openid all/read x")",
                     int lifetime_s = 60) const {
    const auto now_s = std::chrono::duration_cast<std::chrono::seconds>(now().time_since_epoch());
    return "{\"iss\":\"" + issuer() + "\",\"iat\":" + std::to_string(now_s.count()) +
           ",\"exp\":" + std::to_string(now_s.count() + lifetime_s) + more + "}";
  }

 private:
  std::string answer(const net::LoopbackServer::Request& request) {
    const MutexLock lock(mutex_);
    ++asked_[request.target];
    if (request.target == "/introspect") last_ = request;
    const auto it = answers_.find(request.target);
    return it == answers_.end() ? "404 Not Found\r\n\r\n" : it->second;
  }

  Mutex mutex_;
  std::map<std::string, std::string> answers_;
  std::map<std::string, int> asked_;
  net::LoopbackServer::Request last_;
  net::LoopbackServer server_;  // last: its threads use the others
};

OidcOptions options_for(const TestProvider& provider) {
  OidcOptions options;
  options.provider.issuer_uri = provider.issuer();
  options.provider.retry_after = 0ms;
  options.provider.keys_interval_min = 0ms;
  options.refused_ttl = 0ms;
  return options;
}

Code code_of(OidcAuthenticator& oidc, const std::string& token) {
  const auto outcome = oidc.authenticate(from("Bearer " + token));
  REQUIRE_FALSE(outcome);
  return outcome.error().code;
}

OidcOptions introspecting(const TestProvider& provider) {
  OidcOptions options = options_for(provider);
  options.provider.client_id = "lectern";
  options.provider.client_secret = "s";
  return options;
}

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

const Signer& rsa() {
  static const Signer one("rsa-1");
  return one;
}

}  // namespace

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
