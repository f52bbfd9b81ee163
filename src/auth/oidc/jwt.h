#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/json/json.h"
#include "base/result.h"

namespace lectern::auth {

/// A JSON Web Token in compact form (RFC 7519, RFC 7515 7.1), taken apart and not yet verified.
///
///   jwt = header "." claims "." signature   ; each base64url without padding; two JSON objects
struct Jwt {
  std::unique_ptr<json::Document> header;
  std::unique_ptr<json::Document> claims;
  std::string signature;    ///< raw bytes, not empty
  std::string signed_part;  ///< header "." claims, as they came

  /// The header's `alg`; "" when it names none.
  std::string_view algorithm() const;
  std::string_view key_id() const;  ///< "" when it names none
};

/// Errors: unauthenticated, with what is wrong as `detail`.
Result<Jwt> parse_jwt(std::string_view text);

/// A member of an object if it is a string, else "".
std::string_view text_of(json::Value object, std::string_view name);

}  // namespace lectern::auth
