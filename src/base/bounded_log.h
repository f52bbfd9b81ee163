#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/concurrency/mutex.h"
#include "base/log.h"
#include "base/log_fields.h"

namespace lectern::log {

/// Log lines about what clients may cause as often as they like: ten in ten seconds are written;
/// how many more there were is said before the next one. Thread-safe.
class BoundedLog {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr unsigned lines_max = 10;
  static constexpr std::chrono::seconds window{10};

  /// `what` names the events, in the plural: "failed logins".
  BoundedLog(Level level, std::string what) : level_(level), what_(std::move(what)) {}

  /// Writes the line, or counts it where the window has had lines_max. `fields`: as of
  /// log::write().
  void write(std::string_view line, std::span<const Field> fields = {},
             Clock::time_point now = Clock::now());

 private:
  const Level level_;
  const std::string what_;
  Mutex mutex_;
  Clock::time_point window_begin_ GUARDED_BY(mutex_){};
  unsigned lines_ GUARDED_BY(mutex_) = 0;           // in this window
  std::uint64_t unwritten_ GUARDED_BY(mutex_) = 0;  // since the last line
};

/// A text that a client chose, as it may stand in a log line: at most 64 bytes of it; what
/// is not printable ASCII, and the quotes and backslashes in it, become \xNN.
std::string escaped(std::string_view text);

/// The same in double quotes, with `...` behind them where there was more.
std::string printable(std::string_view text);

}  // namespace lectern::log
