#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "auth/authenticator.h"
#include "auth/oidc/provider.h"

namespace lectern::auth {

/// What OpenID Connect is opened with: the provider, and what is remembered of its tokens.
struct OidcOptions {
  ProviderOptions provider;
  std::string audience;                           ///< what `aud` must name; "": anything
  std::size_t cache_entries_max = 10'000;         ///< good tokens remembered: 250 bytes each
  std::size_t refused_entries_max = 10'000;       ///< refused ones, likewise
  std::chrono::seconds cache_ttl{60};             ///< for which a good token is not looked at again
  std::chrono::milliseconds refused_ttl{10'000};  ///< for which a refused one is not
  std::chrono::seconds leeway{30};                ///< between the clocks, for exp and nbf
  unsigned calls_max = 8;                         ///< introspections at once
  unsigned waiting_max = 8;  ///< callers that wait for one; more are turned away
};

/// Bearer tokens of an OpenID Connect provider. Without client credentials (or where the provider
/// has no introspection) a token is a signed JWT; with them it is whatever the provider's
/// introspection takes. Required: `exp` in the future, `nbf` in the past, the provider's `iss`, the
/// audience if there is one, `sub` (or `client_id`, of an introspected client's token). The
/// principal is the agent {"openid": "<iss>/<sub>"} or "<iss>/application/<client_id>", no two
/// subjects and clients the same one, with the scopes of `scope` that are known and the target of
/// `target`. Refused tokens are logged at a bounded rate.
class OidcAuthenticator final : public Authenticator {
 public:
  explicit OidcAuthenticator(OidcOptions options);
  ~OidcAuthenticator() override;

  Result<PrincipalPtr> authenticate(const Attempt& attempt) override;
  std::optional<Result<PrincipalPtr>> remembered(const Attempt& attempt) override;
  std::string challenge() const override { return "Bearer"; }

  /// Since the start; for the metrics.
  struct Counts {
    std::uint64_t failed = 0;       ///< refused tokens, from memory too
    std::uint64_t turned_away = 0;  ///< because too many calls to the provider waited
  };
  /// What happened since the start. Thread-safe.
  Counts counts() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lectern::auth
