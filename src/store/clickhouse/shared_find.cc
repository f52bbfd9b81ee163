#include "store/clickhouse/shared_find.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace lectern::store::clickhouse {
namespace {

constexpr int rounds_max = 2;
constexpr std::size_t callers_max = 64;  // in a round
constexpr std::size_t ids_max = 32;      // of a caller that is worth joining with others

}  // namespace

Result<std::vector<Found>> SharedFind::find(std::span<const Uuid> ids, Deadline deadline) {
  if (ids.size() > ids_max) return find_(ids, deadline);
  const auto caller = std::make_shared<Caller>();
  caller->ids.assign(ids.begin(), ids.end());
  caller->deadline = deadline;
  std::unique_lock lock(mutex_);
  waiting_.push_back(caller);
  const auto is_my_turn = [&] { return caller->done || (!caller->taken && rounds_ < rounds_max); };
  while (!is_my_turn()) {
    if (deadline == Deadline::max()) {
      changed_.wait(lock);
    } else if (changed_.wait_until(lock, deadline) == std::cv_status::timeout && !is_my_turn()) {
      std::erase(waiting_, caller);
      return fail(Code::unavailable, "The database is too slow", "find() passed its deadline");
    }
  }
  // A round takes who waits longest; the caller's own turn may come in a later one.
  while (!caller->done) {
    if (caller->taken) {
      changed_.wait(lock);
    } else {
      run_round(lock);
    }
  }
  return std::move(caller->result);
}

SharedFind::Callers SharedFind::take() {
  const auto count = std::min(waiting_.size(), callers_max);
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(count);
  Callers callers(waiting_.begin(), end);
  waiting_.erase(waiting_.begin(), end);
  for (const auto& caller : callers) caller->taken = true;
  return callers;
}

void SharedFind::run_round(std::unique_lock<std::mutex>& lock) {
  ++rounds_;
  const auto callers = take();
  lock.unlock();
  std::unordered_set<Uuid> unique;
  Deadline deadline = Deadline::min();
  for (const auto& caller : callers) {
    unique.insert(caller->ids.begin(), caller->ids.end());
    deadline = std::max(deadline, caller->deadline);
  }
  const std::vector<Uuid> ids(unique.begin(), unique.end());
  const auto found = find_(ids, deadline);
  lock.lock();
  deal(callers, found);
  --rounds_;
  changed_.notify_all();
}

void SharedFind::deal(const Callers& callers, const Result<std::vector<Found>>& found) {
  std::unordered_map<Uuid, const Found*> by_id;
  if (found)
    for (const Found& one : *found) by_id.emplace(one.position.id, &one);
  for (const auto& caller : callers) {
    caller->done = true;
    if (!found) {
      caller->result = fail(found.error());
      continue;
    }
    std::vector<Found> of_caller;
    for (const Uuid& id : caller->ids)
      if (const auto at = by_id.find(id); at != by_id.end()) of_caller.push_back(*at->second);
    caller->result = std::move(of_caller);
  }
}

}  // namespace lectern::store::clickhouse
