#include "store/clickhouse/shared_find.h"

#include <algorithm>
#include <map>

namespace lectern::store::clickhouse {
namespace {

constexpr int rounds_max = 2;

}  // namespace

template <typename Key, typename Value>
Result<std::vector<Value>> SharedFind<Key, Value>::find(std::span<const Key> keys,
                                                        Deadline deadline) {
  if (keys.size() > keys_max_) return find_(keys, deadline);
  const auto caller = std::make_shared<Caller>();
  caller->keys.assign(keys.begin(), keys.end());
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

template <typename Key, typename Value>
typename SharedFind<Key, Value>::Callers SharedFind<Key, Value>::take() {
  const auto count = std::min(waiting_.size(), callers_max_);
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(count);
  Callers callers(waiting_.begin(), end);
  waiting_.erase(waiting_.begin(), end);
  for (const auto& caller : callers) caller->taken = true;
  return callers;
}

template <typename Key, typename Value>
void SharedFind<Key, Value>::run_round(std::unique_lock<std::mutex>& lock) {
  ++rounds_;
  const auto callers = take();
  lock.unlock();
  std::vector<Key> keys;
  Deadline deadline = Deadline::min();
  for (const auto& caller : callers) {
    keys.insert(keys.end(), caller->keys.begin(), caller->keys.end());
    deadline = std::max(deadline, caller->deadline);
  }
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  const auto found = find_(keys, deadline);
  lock.lock();
  deal(callers, found);
  --rounds_;
  changed_.notify_all();
}

template <typename Key, typename Value>
void SharedFind<Key, Value>::deal(const Callers& callers, const Result<std::vector<Value>>& found) {
  std::map<Key, const Value*> by_key;
  if (found)
    for (const Value& one : *found) by_key.emplace(key_of(one), &one);
  for (const auto& caller : callers) {
    caller->done = true;
    if (!found) {
      caller->result = fail(found.error());
      continue;
    }
    std::vector<Value> of_caller;
    for (const Key& key : caller->keys)
      if (const auto at = by_key.find(key); at != by_key.end()) of_caller.push_back(*at->second);
    caller->result = std::move(of_caller);
  }
}

template class SharedFind<Uuid, Found>;
template class SharedFind<xapi::Position, Kept>;

}  // namespace lectern::store::clickhouse
