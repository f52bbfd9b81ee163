#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "auth/oidc/fetched.h"
#include "auth/oidc/jwt.h"
#include "auth/oidc/key_set.h"
#include "base/concurrency/mutex.h"
#include "base/json/json.h"
#include "base/result.h"
#include "net/http_client.h"

namespace lectern::auth {

/// Which provider is asked, and how long its answers hold.
struct ProviderOptions {
  std::string issuer_uri;
  std::string client_id;  ///< with the secret: tokens may be introspected
  std::string client_secret;
  std::chrono::milliseconds timeout{5000};              ///< of one call
  std::chrono::milliseconds refresh_after{3600'000};    ///< discovery and keys
  std::chrono::milliseconds keep_at_most{86'400'000};   ///< them, when they cannot be had anew
  std::chrono::milliseconds retry_after{1000};          ///< a failed fetch
  std::chrono::milliseconds keys_interval_min{10'000};  ///< between two fetches for unknown key ids
};

/// What discovery says (OpenID Connect Discovery 3).
struct ProviderMetadata {
  std::string issuer;
  std::string keys_uri;
  std::string introspection_uri;  ///< "" when it has none
  std::string userinfo_uri;       ///< likewise
};

/// A door that closes for a time after a failure, behind which one caller at a time then tries
/// whether it is over. Thread-safe.
class CircuitBreaker {
 public:
  explicit CircuitBreaker(std::chrono::milliseconds retry_after) : retry_after_(retry_after) {}
  /// Whether to try; leave() follows when true.
  bool enter();
  void leave(bool succeeded);

 private:
  using Clock = std::chrono::steady_clock;
  const std::chrono::milliseconds retry_after_;
  Mutex mutex_;
  bool broken_ GUARDED_BY(mutex_) = false;
  bool trying_ GUARDED_BY(mutex_) = false;
  Clock::time_point failed_at_ GUARDED_BY(mutex_){};
};

/// An OpenID Connect provider, asked as rarely as possible. Thread-safe. While it is away, callers
/// get `unavailable` at once, not a time-out each: one of them asks it, the others use what was
/// fetched before, for a while. Errors of all: unavailable; unauthenticated with what is wrong as
/// `detail`.
class Provider {
 public:
  explicit Provider(ProviderOptions options);

  /// The provider's metadata, fetched where what is known is too old. Errors: unavailable.
  Result<std::shared_ptr<const ProviderMetadata>> metadata();

  /// Verifies a token's signature; an unknown key id makes it fetch the keys anew, not too often.
  Result<void> verify(const Jwt& jwt);

  /// Whether introspect() and user_info() can be asked.
  bool introspects(const ProviderMetadata& metadata) const;
  /// The answer for an active token (RFC 7662, 2.2).
  Result<std::unique_ptr<json::Document>> introspect(const std::string& token);
  /// The claims of the user info endpoint, which may be a signed JWT (OpenID Connect Core 5.3).
  Result<std::unique_ptr<json::Document>> user_info(const std::string& token);

 private:
  Result<std::shared_ptr<const KeySet>> keys(bool unknown_key);
  Result<std::shared_ptr<const ProviderMetadata>> fetch_metadata();
  Result<std::shared_ptr<const KeySet>> fetch_keys(const std::string& uri);
  Result<net::HttpResponse> ask(const net::HttpRequest& request);
  Result<net::HttpResponse> ask_about_token(const net::HttpRequest& request);

  const ProviderOptions options_;
  net::HttpClient client_;
  Fetched<ProviderMetadata> metadata_;
  Fetched<KeySet> keys_;
  CircuitBreaker tokens_;  // of introspection and user info
};

}  // namespace lectern::auth
