#include "auth/check_queue.h"

#include <algorithm>

namespace lectern::auth {
namespace {

constexpr std::array turns = {Standing::clean, Standing::mixed, Standing::clean, Standing::failed};

}  // namespace

unsigned CheckQueue::places_of(Standing standing) const {
  const unsigned quarters = standing == Standing::clean ? 3 : standing == Standing::mixed ? 2 : 1;
  return std::max(1U, waiting_max_ * quarters / 4);
}

bool CheckQueue::has_place(Standing standing) const {
  const unsigned clean = kinds_[0].waiting, mixed = kinds_[1].waiting, failed = kinds_[2].waiting;
  if (waiting_max_ == 0 || clean + mixed + failed >= waiting_max_) return false;
  switch (standing) {
    case Standing::clean:
      return clean < places_of(standing);
    case Standing::mixed:
      return mixed + failed < places_of(standing);
    case Standing::failed:
      return mixed + failed < places_of(Standing::mixed) && failed < places_of(standing);
  }
  return false;
}

unsigned CheckQueue::waiting() {
  const MutexLock lock(mutex_);
  return kinds_[0].waiting + kinds_[1].waiting + kinds_[2].waiting;
}

bool CheckQueue::take_place(Standing standing, const std::string& network) {
  const MutexLock lock(mutex_);
  Kind& all = kind(standing);
  const auto at = all.followers.find(network);
  const unsigned has = at == all.followers.end() ? 0 : at->second;
  // Who has not failed may bring many connections at once: a client that starts, a school.
  const bool has_most = has >= std::max(1U, places_of(standing) * 3 / 4);
  if (!has_place(standing) || (standing != Standing::clean && has_most)) return false;
  ++all.followers[network];
  ++all.waiting;
  return true;
}

void CheckQueue::leave_place(Standing standing, const std::string& network) {
  const MutexLock lock(mutex_);
  Kind& all = kind(standing);
  const auto at = all.followers.find(network);
  if (--at->second == 0) all.followers.erase(at);
  --all.waiting;
}

CheckQueue::Line& CheckQueue::line_of(Kind& kind, const std::string& network) {
  const auto at = std::find_if(kind.lines.begin(), kind.lines.end(),
                               [&](const Line& line) { return line.network == network; });
  if (at != kind.lines.end()) return *at;
  // Who has had no turn comes before those who had one.
  const auto had_a_turn = [](const Line& line) { return line.had_a_turn; };
  return *kind.lines.insert(std::find_if(kind.lines.begin(), kind.lines.end(), had_a_turn),
                            Line{network, {}, false});
}

/// Has the address with most callers send its last one away, if that leaves it no fewer than
/// `network` then has.
bool CheckQueue::make_place(Kind& kind, const std::string& network) {
  std::size_t own = 0;
  Line* longest = nullptr;
  for (Line& line : kind.lines) {
    if (line.network == network) own = line.waiters.size();
    if (longest == nullptr || line.waiters.size() > longest->waiters.size()) longest = &line;
  }
  if (longest == nullptr || longest->waiters.size() < own + 2) return false;
  Waiter* last = longest->waiters.back();
  longest->waiters.pop_back();
  --kind.waiting;
  last->state = State::gives_way;
  last->turn.notify_one();
  return true;
}

bool CheckQueue::enter(Standing standing, const std::string& network) {
  const MutexLock lock(mutex_);
  if (running_ < running_max_) {
    ++running_;
    return true;
  }
  Kind& all = kind(standing);
  if (!has_place(standing) && (waiting_max_ == 0 || !make_place(all, network))) return false;
  Waiter waiter;
  line_of(all, network).waiters.push_back(&waiter);
  ++all.waiting;
  waiter.turn.wait(mutex_, [&waiter] { return waiter.state != State::waits; });
  return waiter.state == State::may_run;
}

CheckQueue::Waiter* CheckQueue::next() {
  for (std::size_t i = 0; i < turns.size(); ++i) {
    Kind& all = kind(turns[turn_]);
    turn_ = (turn_ + 1) % turns.size();
    if (all.lines.empty()) continue;
    Line& first = all.lines.front();
    first.had_a_turn = true;
    Waiter* waiter = first.waiters.front();
    first.waiters.pop_front();
    --all.waiting;
    if (first.waiters.empty())
      all.lines.pop_front();
    else
      all.lines.splice(all.lines.end(), all.lines, all.lines.begin());
    return waiter;
  }
  return nullptr;
}

void CheckQueue::leave() {
  const MutexLock lock(mutex_);
  if (Waiter* waiter = next()) {  // the turn is handed on: running_ stays as it is
    waiter->state = State::may_run;
    waiter->turn.notify_one();
  } else {
    --running_;
  }
}

}  // namespace lectern::auth
