#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "auth/authenticator.h"
#include "auth/provider.h"

namespace lectern::auth {

struct OidcOptions {
  ProviderOptions provider;
  std::string audience;  ///< what `aud` must name; "": anything
  std::size_t cache_entries_max = 100;
  std::chrono::seconds cache_ttl{60};  ///< for which a good token is not looked at again
  std::chrono::seconds leeway{30};     ///< between the clocks, for exp and nbf
  unsigned calls_max = 8;              ///< introspections at once
  unsigned waiting_max = 8;            ///< callers that wait for one; more are turned away
};

/// Bearer tokens of an OpenID Connect provider. Without client credentials (or where the provider
/// has no introspection) a token is a signed JWT; with them it is whatever the provider's
/// introspection takes. Required: `exp` in the future, `nbf` in the past, the provider's `iss`, the
/// audience if there is one, `sub` (or `client_id`, of an introspected client's token). The
/// principal is the agent {"openid": "<iss>/<sub>"} or "<iss>/application/<client_id>", with the
/// scopes of `scope` that are known and the target of `target`.
class OidcAuthenticator final : public Authenticator {
 public:
  explicit OidcAuthenticator(OidcOptions options);
  ~OidcAuthenticator() override;

  Result<std::shared_ptr<const Principal>> authenticate(std::string_view header) override;
  std::shared_ptr<const Principal> known(std::string_view header) override;
  std::string challenge() const override { return "Bearer"; }

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lectern::auth
