#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "auth/authenticator.h"

namespace lectern::auth {

struct BasicOptions {
  std::string file{};  ///< auth.json
  std::size_t cache_entries_max = 100;
  std::chrono::seconds cache_ttl{3600};
  /// Password checks at once; 0: half of the cores, at least one.
  unsigned checks_max = 0;
  /// Callers that wait for one of those; more are turned away, so that checks cannot hold every
  /// worker. Those who bring the same header as a running check wait without counting.
  unsigned waiting_max = 16;
  /// How often the file is looked at.
  std::chrono::milliseconds reload_interval{1000};
};

/// Basic authentication (RFC 7617) by Ralph's auth.json. Good credentials are remembered by a keyed
/// digest of the header, never in clear; all are forgotten when the file changes. A file that has
/// become unreadable or wrong is reported, and the last good one goes on; one that is gone lets
/// nobody in.
class BasicAuthenticator : public Authenticator {
 public:
  /// A missing file is no error: see has_file(). Errors: invalid, when the file is wrong, naming it
  /// and what is wrong.
  static Result<std::unique_ptr<BasicAuthenticator>> open(BasicOptions options);

  /// Whether the file was there when it was last looked at.
  virtual bool has_file() const = 0;

  /// Checks that ran and answers from memory, since the start; for the metrics.
  struct Counts {
    std::uint64_t checks = 0;
    std::uint64_t remembered = 0;
  };
  virtual Counts counts() const = 0;
};

}  // namespace lectern::auth
