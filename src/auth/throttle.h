#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "auth/timed_cache.h"
#include "base/concurrency/mutex.h"

namespace lectern::auth {

/// How many failures are free, and how long who fails after them waits.
struct ThrottleOptions {
  /// Failures of an address, or with a name, that cost nothing; 0: there are no delays.
  unsigned failures_max = 10;
  std::chrono::milliseconds delay_min{1000};  ///< after one more; it doubles with each
  std::chrono::milliseconds delay_max{60'000};
  std::chrono::seconds forget_after{900};  ///< the last failure
  /// Addresses that are remembered, and names: some 200 bytes each. The one whose last failure is
  /// oldest goes first.
  std::size_t entries_max = 16'384;
};

/// What is known against who wants to log in.
enum class Standing : std::uint8_t {
  clean,   ///< neither the address nor the name has failed lately
  mixed,   ///< one of them has
  failed,  ///< both have
};

/// Who failed to log in lately: addresses and names, each counted for itself. Thread-safe.
///
/// When both have failed too often, each has to wait for its delay. An address that has, with a
/// name that has not, waits for at most `delay_min`, since many may share an address. An address
/// that has not need not wait, or anybody could shut out anybody by guessing.
class Throttle {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Throttle(ThrottleOptions options);

  /// Whether somebody may try now.
  struct Verdict {
    Standing standing = Standing::clean;
    Clock::duration wait{};  ///< until it may be tried; 0: now
  };
  /// What is known of an address and a name before the credentials are checked.
  Verdict look(std::string_view address, std::string_view name, Clock::time_point now);
  /// Counts a failure for both.
  void failed(std::string_view address, std::string_view name, Clock::time_point now);

 private:
  struct Failures {
    unsigned count = 0;
    Clock::time_point last{};
  };
  using Table = TimedCache<Failures>;

  std::string key_of(std::string_view text) const;
  void count(Table& table, const std::string& key, Clock::time_point now);
  Clock::time_point may_try(const Failures& failures, Clock::duration delay_max) const;

  const ThrottleOptions options_;
  const std::string key_;  // of the digests, so that nobody chooses what collides
  Mutex counting_;         // one thread counts at a time
  Table addresses_;
  Table names_;
};

/// What one client's addresses have in common: the address itself, of IPv6 the first 64 bits. A
/// port behind it does not count, nor does the IPv6 form of an IPv4 address.
std::string network_of(std::string_view address);

/// An address for a log line: as it is, or quoted where it is none (a header may have said it).
std::string loggable(std::string_view address);

}  // namespace lectern::auth
