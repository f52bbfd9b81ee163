#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <thread>

#include "base/concurrency/mutex.h"
#include "net/outstanding.h"

namespace lectern::net {

/// Notices, within a second or so, that a server which had answered nobody answers again, and gives
/// up the calls that were sent before: their senders need not wait for their whole time-outs. A
/// server that is slow answers somebody now and then; nothing is given up then. Has a thread, which
/// asks the server only while a call has been waiting for a while.
class SilenceWatch {
 public:
  /// Whether the server answers a question of no weight within that time, over a connection of its
  /// own. Called by the thread of the watch.
  using Probe = std::function<bool(std::chrono::milliseconds within)>;

  /// `calls` outlives it. `whose` stands in the log.
  SilenceWatch(std::string whose, Outstanding& calls, Probe probe);
  SilenceWatch(const SilenceWatch&) = delete;
  SilenceWatch& operator=(const SilenceWatch&) = delete;
  ~SilenceWatch();

 private:
  using Clock = std::chrono::steady_clock;

  void run();
  void look();

  const std::string whose_;
  Outstanding& calls_;
  const Probe probe_;
  Mutex mutex_;
  Condition wake_;
  bool stopping_ GUARDED_BY(mutex_) = false;

  // Of the thread:
  std::optional<Clock::time_point> silent_since_;  // the first question in vain
  std::optional<Clock::time_point> silent_until_;  // answered nobody for long, up to then
  int asked_in_vain_ = 0;

  std::thread thread_;
};

}  // namespace lectern::net
