#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "auth/principal.h"
#include "base/result.h"

namespace lectern::auth {

using PrincipalPtr = std::shared_ptr<const Principal>;

/// One try to log in, as a request brings it. Views: they outlive the call.
struct Attempt {
  std::string_view header;   ///< the text of Authorization; "" when there is none
  std::string_view address;  ///< the client's, without a port (http::Request::remote)
};

/// Turns an Authorization header into a Principal. Thread-safe.
class Authenticator {
 public:
  virtual ~Authenticator() = default;
  /// May block for long (bcrypt takes 0.2 s, a provider up to 5 s), so it never runs on an I/O
  /// thread. Errors: unauthenticated, with Ralph's texts; unavailable for who failed too often and
  /// has to wait (see delay()), when too many checks wait, or when a provider does not answer.
  virtual Result<PrincipalPtr> authenticate(const Attempt& attempt) = 0;
  /// What authenticate() would answer, from memory alone: neither blocks nor reads a file, so it
  /// may run on an I/O thread. Nothing: a check is needed, ask authenticate().
  virtual std::optional<Result<PrincipalPtr>> remembered(const Attempt& attempt) = 0;
  /// How long who failed too often has to wait before another attempt is looked at, rounded up; 0:
  /// not at all. Never blocks.
  virtual std::chrono::seconds delay(const Attempt&) { return {}; }
  /// For WWW-Authenticate: `Basic realm="..."`, `Bearer`, or both joined by ", ".
  virtual std::string challenge() const = 0;
};

}  // namespace lectern::auth
