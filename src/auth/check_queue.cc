#include "auth/check_queue.h"

#include <algorithm>

namespace lectern::auth {
namespace {

constexpr std::array turns = {Standing::clean, Standing::mixed, Standing::clean, Standing::failed};

std::size_t index(Standing standing) { return static_cast<std::size_t>(standing); }

}  // namespace

bool CheckQueue::has_place(Standing standing) const {
  const auto part = [this](unsigned quarters) { return std::max(1U, waiting_max_ * quarters / 4); };
  const auto [clean, mixed, failed] = waiting_;
  if (waiting_max_ == 0 || clean + mixed + failed >= waiting_max_) return false;
  switch (standing) {
    case Standing::clean:
      return clean < part(3);
    case Standing::mixed:
      return mixed + failed < part(2);
    case Standing::failed:
      return mixed + failed < part(2) && failed < part(1);
  }
  return false;
}

bool CheckQueue::take_place(Standing standing) {
  const std::lock_guard lock(mutex_);
  if (!has_place(standing)) return false;
  ++waiting_[index(standing)];
  return true;
}

void CheckQueue::leave_place(Standing standing) {
  const std::lock_guard lock(mutex_);
  --waiting_[index(standing)];
}

bool CheckQueue::enter(Standing standing) {
  std::unique_lock lock(mutex_);
  if (running_ < running_max_) {
    ++running_;
    return true;
  }
  if (!has_place(standing)) return false;
  Waiter waiter;
  queues_[index(standing)].push_back(&waiter);
  ++waiting_[index(standing)];
  waiter.turn.wait(lock, [&waiter] { return waiter.may_run; });
  --waiting_[index(standing)];
  return true;
}

CheckQueue::Waiter* CheckQueue::next() {
  for (std::size_t i = 0; i < turns.size(); ++i) {
    auto& queue = queues_[index(turns[turn_])];
    turn_ = (turn_ + 1) % turns.size();
    if (queue.empty()) continue;
    Waiter* waiter = queue.front();
    queue.pop_front();
    return waiter;
  }
  return nullptr;
}

void CheckQueue::leave() {
  const std::lock_guard lock(mutex_);
  if (Waiter* waiter = next()) {  // the turn is handed on: running_ stays as it is
    waiter->may_run = true;
    waiter->turn.notify_one();
  } else {
    --running_;
  }
}

}  // namespace lectern::auth
