#pragma once

#include <chrono>
#include <set>
#include <string>
#include <string_view>

#include "base/result.h"

namespace lectern::pipeline {

/// What was read and written before, so that `list --new` leaves it out: Ralph's file, a JSON list
/// that is replaced as a whole. Other programs' entries stay as they are. One thread.
class History {
 public:
  /// A file that is not there is an empty history; its folder is made when it is written.
  explicit History(std::string path) : path_(std::move(path)) {}

  /// The ids that `backend` has an entry of `action` ("read" or "write") for, also where it says
  /// `command` for it as old ones do. Errors: invalid for a file that is no such list; internal
  /// for one that cannot be read.
  Result<std::set<std::string>> ids(std::string_view backend, std::string_view action) const;

  /// Adds an entry, the text of a JSON object, to what flush() writes; a second after the last time
  /// it flushes. Errors: of flush().
  Result<void> append(std::string_view entry);
  /// Writes what was added. Errors: invalid as above; internal when the file cannot be read
  /// or written, which leaves the old one.
  Result<void> flush();

 private:
  using Clock = std::chrono::steady_clock;
  std::string path_;
  std::string added_;  // entries, joined
  Clock::time_point flushed_ = Clock::now();
};

/// Now in UTC, as Ralph writes it: `2026-11-30T19:48:14.123456+00:00`.
std::string history_time();

}  // namespace lectern::pipeline
