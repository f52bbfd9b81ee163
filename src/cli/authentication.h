#pragma once

#include <memory>

#include "auth/authenticator.h"
#include "auth/basic.h"
#include "auth/oidc.h"
#include "base/metrics.h"
#include "base/result.h"
#include "cli/settings.h"

namespace lectern::cli {

/// The ways to authenticate that the settings name, as one.
struct Authentication {
  std::unique_ptr<auth::Authenticator> authenticator;
  const auth::BasicAuthenticator* basic = nullptr;  ///< part of it; null when it is not wanted
  const auth::OidcAuthenticator* oidc = nullptr;    ///< likewise
};

/// Opens them. A missing credentials file is no error: the log says how to make it. Errors: those
/// of auth::BasicAuthenticator::open().
Result<Authentication> open_authentication(const Settings& settings);

/// Lets the registry read what they count; they outlive its last text().
void watch(metrics::Registry& registry, const Authentication& authentication);

}  // namespace lectern::cli
