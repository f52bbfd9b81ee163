#pragma once

/// What tests of OpenID Connect share: keys that sign, and a provider.

#include <chrono>
#include <map>
#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "auth/oidc/oidc.h"
#include "base/concurrency/mutex.h"
#include "base/digest.h"
#include "base/time/time.h"
#include "net/loopback_server.h"

namespace lectern::auth::testing {

using namespace std::chrono_literals;

/// An attempt with this header, which must outlive it.
inline Attempt from(std::string_view header) { return {header, "192.0.2.1"}; }

/// A number of a key, as a JWK has it.
inline std::string base64url_of(EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  REQUIRE(EVP_PKEY_get_bn_param(key, name, &number) == 1);
  std::string bytes(static_cast<std::size_t>(BN_num_bytes(number)), '\0');
  BN_bn2bin(number, reinterpret_cast<unsigned char*>(bytes.data()));
  BN_free(number);
  return to_base64url(bytes);
}

/// A number in so many bytes.
inline std::string padded(const BIGNUM* number, int size) {
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

  /// Its public half, as a JWK Set has it.
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

  /// A token with these claims; `algorithm` as of JWS, the key's usual one without.
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

  /// What tokens of it say.
  std::string issuer() const { return server_.url() + "/realm"; }

  /// What it answers there, head and body.
  void set(const std::string& path, std::string text) {
    const MutexLock lock(mutex_);
    answers_[path] = std::move(text);
  }
  /// The members of its JWK Set.
  void set_keys(const std::string& jwks) {
    set("/keys", "200 OK\r\nContent-Type: application/json\r\n\r\n{\"keys\":[" + jwks + "]}");
  }
  /// What it says of itself; `more` begins with a comma.
  void set_discovery(const std::string& more = "") {
    set("/realm/.well-known/openid-configuration", "200 OK\r\n\r\n{\"issuer\":\"" + issuer() +
                                                       "\",\"jwks_uri\":\"" + server_.url() +
                                                       "/keys\"" + more + "}");
  }
  /// The same with the endpoints for introspection, which answers so.
  void set_introspection(const std::string& answer) {
    set_discovery(",\"introspection_endpoint\":\"" + server_.url() +
                  "/introspect\",\"userinfo_endpoint\":\"" + server_.url() + "/userinfo\"");
    set("/introspect", "200 OK\r\n\r\n" + answer);
  }
  /// How often it was asked there.
  int asked(const std::string& path) {
    const MutexLock lock(mutex_);
    return asked_[path];
  }
  /// The last introspection.
  net::LoopbackServer::Request last() {
    const MutexLock lock(mutex_);
    return last_;
  }

  /// Claims of a token of it; `more` begins with a comma.
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

/// Without the pauses that spare a real provider.
inline OidcOptions options_for(const TestProvider& provider) {
  OidcOptions options;
  options.provider.issuer_uri = provider.issuer();
  options.provider.retry_after = 0ms;
  options.provider.keys_interval_min = 0ms;
  options.refused_ttl = 0ms;
  return options;
}

/// Why the token is refused.
inline Code code_of(OidcAuthenticator& oidc, const std::string& token) {
  const auto outcome = oidc.authenticate(from("Bearer " + token));
  REQUIRE_FALSE(outcome);
  return outcome.error().code;
}

/// With credentials, so that each token is introspected.
inline OidcOptions introspecting(const TestProvider& provider) {
  OidcOptions options = options_for(provider);
  options.provider.client_id = "lectern";
  options.provider.client_secret = "s";
  return options;
}

/// Made once, since that takes its time.
inline const Signer& rsa() {
  static const Signer one("rsa-1");
  return one;
}

}  // namespace lectern::auth::testing
