#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "auth/principal.h"
#include "base/result.h"

namespace lectern::auth {

/// Turns the text of an Authorization header into a Principal. Thread-safe.
class Authenticator {
 public:
  virtual ~Authenticator() = default;
  /// `header` is empty when there is none: that is refused at once. Else it may block for long
  /// (bcrypt takes 0.2 s, a provider up to 5 s), so it never runs on an I/O thread. Errors:
  /// unauthenticated, with Ralph's texts; unavailable when a provider does not answer.
  virtual Result<std::shared_ptr<const Principal>> authenticate(std::string_view header) = 0;
  /// Whom authenticate() would give, where that is remembered; null when the header would have to
  /// be checked. Never blocks, so that I/O threads may ask.
  virtual std::shared_ptr<const Principal> known(std::string_view) { return nullptr; }
  /// For WWW-Authenticate: `Basic realm="..."`, `Bearer`, or both joined by ", ".
  virtual std::string challenge() const = 0;
};

}  // namespace lectern::auth
