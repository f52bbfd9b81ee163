#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <list>
#include <optional>
#include <string_view>

#include "base/concurrency/mutex.h"

namespace lectern::net {

/// The calls to a server that wait for its answer, so that they can be given up together when it
/// answers others again: what was sent over a line that has been cut is never answered.
/// Thread-safe.
class Outstanding {
  struct Entry;

 public:
  using Clock = std::chrono::steady_clock;

  /// One call, from its sending to the end of its answer. For one thread.
  class Call {
   public:
    /// `patient`: it may take long, and is not given up. `wake`, when it is given, is called by
    /// another thread once the call is given up; it must not block.
    explicit Call(Outstanding& all, bool patient = false, std::function<void()> wake = {});
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;
    ~Call();

    /// Whether another thread gave it up. Thread-safe.
    bool is_given_up() const;
    /// The server answered.
    void answered();

   private:
    Outstanding& all_;
    std::list<Entry>::iterator entry_;
  };

  /// When the oldest one was sent; nothing when none waits. The patient ones are left out.
  std::optional<Clock::time_point> oldest() const;
  /// When the server answered last.
  Clock::time_point answered_at() const;
  /// Gives up those that were sent before; how many those are.
  int abandon(Clock::time_point sent_before);

 private:
  struct Entry {
    Clock::time_point sent;
    bool patient = false;
    std::function<void()> wake;
    std::atomic<bool> given_up = false;
  };

  mutable Mutex mutex_;
  std::list<Entry> entries_ GUARDED_BY(mutex_);  // in the order of `sent`
  Clock::time_point answered_at_ GUARDED_BY(mutex_) = {};
};

/// The calls of this process over HTTP to the server of a URL. They are patient when they may take
/// longer than others of their client.
Outstanding& calls_to(std::string_view url);

}  // namespace lectern::net
