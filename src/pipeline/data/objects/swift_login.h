#pragma once

#include <string>

#include "base/result.h"
#include "net/http_client.h"
#include "pipeline/data/backend.h"

namespace lectern::pipeline::objects {

/// What a log-in gives.
struct SwiftLogin {
  std::string token;
  std::string storage_url;  ///< of the account, without a `/` at its end
};

/// Logs in as the settings of SWIFT say: by Keystone's password method (IDENTITY_API_VERSION 3), or
/// at Swift itself (1). Errors: unavailable; invalid for credentials that are refused, and where
/// the catalogue has no object store in the region.
Result<SwiftLogin> swift_login(const DataValues& values, net::HttpClient& client);

}  // namespace lectern::pipeline::objects
