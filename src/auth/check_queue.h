#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <list>
#include <map>
#include <string>
#include <string_view>

#include "auth/throttle.h"
#include "base/concurrency/mutex.h"

namespace lectern::auth {

/// Lets a bounded number of checks run at once and a bounded number of callers wait, so that those
/// who failed lately, or who are many behind one address, cannot keep the others out. Thread-safe.
///
/// Of the places to wait a quarter is kept from who is clean, half from who has failed, and three
/// quarters from whose address and name both have. Of the turns every second goes to who is
/// clean, every fourth to each of the others; a turn that nobody waits for goes to the next.
/// Among those of one standing addresses take turns, whatever the number of callers behind each.
/// Where all places are taken, the address that has most of them gives one up to who has fewer.
class CheckQueue {
 public:
  CheckQueue(unsigned running_max, unsigned waiting_max)
      : running_max_(running_max), waiting_max_(waiting_max) {}

  /// Blocks until the caller's check may run; false when too many wait already, or when it had to
  /// give its place up. `network`: what the client's addresses have in common (network_of()).
  bool enter(Standing standing, const std::string& network);
  /// After each enter() that was true.
  void leave();

  /// A place to wait for the outcome of another caller's check; false when there is none, or the
  /// address, having failed lately, has three quarters of those that there are for its standing.
  bool take_place(Standing standing, const std::string& network);
  /// After each take_place() that was true.
  void leave_place(Standing standing, const std::string& network);

  /// Callers that wait, of any standing.
  unsigned waiting();

 private:
  enum class State { waits, may_run, gives_way };
  struct Waiter {
    Condition turn;
    State state = State::waits;
  };
  /// Those behind one address, the longest waiting first.
  struct Line {
    std::string network;
    std::deque<Waiter*> waiters;
    bool had_a_turn = false;
  };
  /// Those of one standing.
  struct Kind {
    std::list<Line> lines;                      // in the order of their turns; none is empty
    std::map<std::string, unsigned> followers;  // in take_place(), by network
    unsigned waiting = 0;                       // all of them
  };

  unsigned places_of(Standing standing) const;
  bool has_place(Standing standing) const REQUIRES(mutex_);
  Line& line_of(Kind& kind, const std::string& network);
  bool make_place(Kind& kind, const std::string& network);
  Waiter* next() REQUIRES(mutex_);
  Kind& kind(Standing standing) REQUIRES(mutex_) {
    return kinds_[static_cast<std::size_t>(standing)];
  }

  const unsigned running_max_;
  const unsigned waiting_max_;
  Mutex mutex_;
  std::array<Kind, 3> kinds_ GUARDED_BY(mutex_);  // by Standing
  unsigned running_ GUARDED_BY(mutex_) = 0;
  std::size_t turn_ GUARDED_BY(mutex_) = 0;
};

}  // namespace lectern::auth
