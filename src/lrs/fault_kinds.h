#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/principal.h"
#include "base/concurrency/mutex.h"
#include "base/result.h"
#include "base/time/time.h"

namespace lectern::lrs {

/// Faults of statements, counted by rule and user since the start of the process: who sends what
/// that breaks the standard, with an example. Thread-safe.
class FaultKinds {
 public:
  /// Kinds of faults that are told apart; those of further ones are not counted.
  static constexpr std::size_t kinds_max = 1000;
  /// Of a message or pointer that is kept: they repeat what a client sent.
  static constexpr std::size_t text_bytes_max = 1000;

  /// Counts a fault: what validation said, at a place in the request's body that begins with
  /// `statement_pointer`. Whether it is the first of its kind.
  bool add(const auth::Principal& principal, std::string_view statement_pointer,
           const Error& fault);

  /// Faults of one rule that one user's statements have.
  struct Kind {
    std::string rule;
    std::string username;
    std::string target;   ///< of the user
    std::string message;  ///< of the first one
    std::string pointer;  ///< of the first one, within its statement
    std::uint64_t count = 0;
    Time last{};
  };
  /// Those of one target's users, or of one of them alone.
  std::vector<Kind> list(std::string_view target, const std::optional<std::string>& username) const;

 private:
  mutable Mutex mutex_;
  /// By rule, user and target.
  std::map<std::array<std::string, 3>, Kind> kinds_ GUARDED_BY(mutex_);
};

/// The place of a fault within its statement.
std::string_view pointer_within(std::string_view statement_pointer, const Error& fault);

}  // namespace lectern::lrs
