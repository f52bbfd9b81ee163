#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/concurrency/mutex.h"
#include "base/metrics.h"
#include "base/result.h"
#include "base/time.h"

namespace lectern::lrs {

/// The faults of statements that were taken although they break the standard, since the server
/// takes what Ralph takes: of each statement the first rule that it breaks. Kept since the start of
/// the process, by rule and user; logs the first of each. One counts even where its batch is
/// refused for another statement. Thread-safe.
class Tolerated {
 public:
  /// Kinds of faults that are told apart; beyond, faults count in /metrics only.
  static constexpr std::size_t kinds_max = 1000;

  explicit Tolerated(metrics::Registry& registry) : registry_(registry) {}

  /// Counts a fault: what validation said, at a place in the request's body that begins with
  /// `statement_pointer`.
  void add(std::string_view username, std::string_view statement_pointer, const Error& fault);

  /// Faults of one rule that one user's statements have.
  struct Kind {
    std::string rule;
    std::string username;
    std::string message;  ///< of the first one
    std::string pointer;  ///< of the first one, within its statement
    std::uint64_t count = 0;
    Time last{};
  };
  /// Those of one user, or of all for "".
  std::vector<Kind> list(std::string_view username) const;

 private:
  metrics::Registry& registry_;
  mutable Mutex mutex_;
  std::map<std::pair<std::string, std::string>, Kind> kinds_ GUARDED_BY(mutex_);  // rule and user
  std::map<std::string, metrics::Counter*> counters_ GUARDED_BY(mutex_);          // by rule
};

}  // namespace lectern::lrs
