#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "auth/jwt.h"
#include "auth/key_set.h"
#include "base/json.h"
#include "base/result.h"
#include "net/http_client.h"

namespace lectern::auth {

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

/// An OpenID Connect provider, asked as rarely as possible. Thread-safe. While it is away, callers
/// get `unavailable` at once for `retry_after`, not a time-out each; what was fetched before is
/// used on for a while. Errors of all: unavailable; unauthenticated with what is wrong as `detail`.
class Provider {
 public:
  explicit Provider(ProviderOptions options);

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
  using Clock = std::chrono::steady_clock;
  /// Something that was fetched.
  template <typename T>
  struct Fetched {
    std::shared_ptr<const T> value;
    Clock::time_point at{};
    Clock::time_point tried_at{};  // the last attempt, good or not
    bool tried = false;
  };

  template <typename T, typename Fetch>
  Result<std::shared_ptr<const T>> current(Fetched<T>& kept, bool force, Fetch fetch);
  Result<std::shared_ptr<const KeySet>> keys(bool unknown_key);
  Result<std::shared_ptr<const ProviderMetadata>> fetch_metadata();
  Result<net::HttpResponse> ask(net::HttpRequest request);

  const ProviderOptions options_;
  net::HttpClient client_;
  std::mutex metadata_mutex_;
  Fetched<ProviderMetadata> metadata_;  // guarded by metadata_mutex_
  std::mutex keys_mutex_;
  Fetched<KeySet> keys_;  // guarded by keys_mutex_
};

}  // namespace lectern::auth
