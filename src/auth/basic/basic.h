#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "auth/authenticator.h"
#include "auth/basic/credentials.h"
#include "auth/throttle.h"

namespace lectern::auth {

/// What Basic authentication is opened with.
struct BasicOptions {
  std::string file{};                        ///< auth.json
  std::size_t cache_entries_max = 10'000;    ///< credentials remembered as good: 250 bytes each
  std::size_t refused_entries_max = 10'000;  ///< as wrong, likewise
  std::chrono::seconds cache_ttl{3600};
  /// Password checks at once; 0: half of the cores, at least one.
  unsigned checks_max = 0;
  /// Callers that wait for one of those, or for the outcome of one; more are turned away, so that
  /// checks cannot hold every worker.
  unsigned waiting_max = 16;
  /// How often the file is looked at.
  std::chrono::milliseconds reload_interval{1000};
  ThrottleOptions throttle{};
};

/// Basic authentication (RFC 7617) by Ralph's auth.json. Credentials are remembered by a keyed
/// digest of the header, never in clear: good ones for a time, wrong ones as long as there is room,
/// both until the file has something else of the user. Who fails with different passwords is asked
/// to wait longer and longer (see Throttle), and comes last when checks have to wait. Good
/// credentials from memory are never held up. A file that has become unreadable or wrong is
/// reported, and the last good one goes on; one that is gone lets nobody in.
class BasicAuthenticator : public Authenticator {
 public:
  /// A missing file is no error: see has_file(). Errors: invalid, when the file is wrong, naming it
  /// and what is wrong.
  static Result<std::unique_ptr<BasicAuthenticator>> open(BasicOptions options);

  /// Whether the file was there when it was last looked at.
  virtual bool has_file() const = 0;
  /// Whether it could not be used when it last changed: the users before that stay.
  virtual bool has_broken_file() const = 0;
  /// Who was in it then.
  virtual std::shared_ptr<const Credentials> users() = 0;

  /// Since the start; for the metrics.
  struct Counts {
    std::uint64_t checks = 0;       ///< passwords checked with bcrypt
    std::uint64_t remembered = 0;   ///< good credentials known from memory
    std::uint64_t failed = 0;       ///< wrong credentials, from memory too
    std::uint64_t delayed = 0;      ///< asked to wait after failures
    std::uint64_t turned_away = 0;  ///< because too many checks waited
  };
  /// What happened since the start. Thread-safe.
  virtual Counts counts() const = 0;
};

}  // namespace lectern::auth
