#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "auth/principal.h"
#include "base/result.h"

namespace lectern::auth {

/// Turns the text of an Authorization header into a Principal. Thread-safe; may block for long
/// (bcrypt takes 0.2 s, a provider up to 5 s), so it never runs on an I/O thread.
class Authenticator {
 public:
  virtual ~Authenticator() = default;
  /// `header` is empty when there is none. Errors: unauthenticated, with Ralph's texts;
  /// unavailable when a provider does not answer.
  virtual Result<std::shared_ptr<const Principal>> authenticate(std::string_view header) = 0;
  /// For WWW-Authenticate: `Basic realm="..."`, `Bearer`, or both joined by ", ".
  virtual std::string challenge() const = 0;
};

}  // namespace lectern::auth
