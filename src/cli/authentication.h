#pragma once

#include <map>
#include <memory>
#include <string>

#include "auth/authenticator.h"
#include "auth/basic/basic.h"
#include "auth/oidc/oidc.h"
#include "base/metrics.h"
#include "base/result.h"
#include "cli/settings/settings.h"

namespace lectern::cli {

/// The ways to authenticate that the settings name, as one.
struct Authentication {
  std::unique_ptr<auth::Authenticator> authenticator;
  auth::BasicAuthenticator* basic = nullptr;      ///< part of it; null when it is not wanted
  const auth::OidcAuthenticator* oidc = nullptr;  ///< likewise
};

/// Opens them. A missing credentials file is no error: the log says how to make it. Errors: those
/// of auth::BasicAuthenticator::open().
Result<Authentication> open_authentication(const Settings& settings);

/// The users that have a target, by name; those of the credentials file, since tokens tell theirs
/// with each request.
std::map<std::string, std::string> targets_of_users(const Authentication& authentication);

/// Lets the registry read what they count; they outlive its last text().
void watch(metrics::Registry& registry, const Authentication& authentication);

}  // namespace lectern::cli
