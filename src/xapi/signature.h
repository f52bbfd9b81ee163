#pragma once

#include <optional>
#include <string_view>

#include "base/json/json.h"
#include "base/result.h"
#include "base/uuid.h"
#include "xapi/equality/fingerprint.h"

namespace lectern::xapi {

/// The statement that a signature is of, as far as others are compared with it.
struct SignedStatement {
  Fingerprint fingerprint;
  std::optional<Uuid> id;
};

/// Checks a signature (Data 2.6), whose data `jws` is, in compact form: the algorithm is RS256,
/// RS384 or RS512; where the header has x5c, the signature holds with the first certificate's key;
/// the payload is a JSON object. Takes time by the length of `jws`. Errors: invalid, naming the
/// rule.
Result<SignedStatement> verify_signature(std::string_view jws);

/// Whether a statement is equal (fingerprint.h) to the one that was signed. Errors: invalid.
Result<void> check_signed(json::Value statement, const SignedStatement& signed_one);

}  // namespace lectern::xapi
