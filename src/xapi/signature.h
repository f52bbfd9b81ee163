#pragma once

#include <string_view>

#include "base/json.h"
#include "base/result.h"

namespace lectern::xapi {

/// Checks a signed statement (Data 2.6): `jws` is the data of its signature attachment, in compact
/// form; the algorithm is RS256, RS384 or RS512; where the header has x5c, the signature holds with
/// the first certificate's key; the payload is a statement equal to this one (fingerprint.h).
/// Errors: invalid, naming the rule.
Result<void> verify_signature(json::Value statement, std::string_view jws);

}  // namespace lectern::xapi
