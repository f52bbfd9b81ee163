#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/concurrency/mutex.h"

namespace lectern::auth {

/// Remembers up to `entries_max` values for a time each; the one that was longest unused goes
/// first. Thread-safe. Values are copied out: let them be small or shared.
template <typename Value>
class TimedCache {
 public:
  using Clock = std::chrono::steady_clock;

  explicit TimedCache(std::size_t entries_max) : entries_max_(entries_max) {}

  /// Nothing when there is none, or its time is up at `now`.
  std::optional<Value> find(const std::string& key, Clock::time_point now = Clock::now()) {
    const MutexLock lock(mutex_);
    const auto it = places_.find(key);
    if (it == places_.end()) return std::nullopt;
    if (it->second->until <= now) {
      entries_.erase(it->second);
      places_.erase(it);
      return std::nullopt;
    }
    entries_.splice(entries_.begin(), entries_, it->second);
    return it->second->value;
  }

  /// Remembers a value until that instant, in place of one that is there. Where all places are
  /// taken the one that was longest unused gives way.
  void put(const std::string& key, Value value, Clock::time_point until) {
    if (entries_max_ == 0) return;
    const MutexLock lock(mutex_);
    if (const auto it = places_.find(key); it != places_.end()) {
      entries_.erase(it->second);
      places_.erase(it);
    } else if (entries_.size() == entries_max_) {
      places_.erase(entries_.back().key);
      entries_.pop_back();
    }
    entries_.push_front({key, std::move(value), until});
    places_[key] = entries_.begin();
  }

  /// Forgets everything.
  void clear() {
    const MutexLock lock(mutex_);
    places_.clear();
    entries_.clear();
  }

 private:
  struct Entry {
    std::string key;
    Value value;
    Clock::time_point until;
  };

  const std::size_t entries_max_;
  Mutex mutex_;
  std::list<Entry> entries_ GUARDED_BY(mutex_);  // last used first
  std::unordered_map<std::string, typename std::list<Entry>::iterator> places_ GUARDED_BY(mutex_);
};

}  // namespace lectern::auth
