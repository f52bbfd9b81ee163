#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "store/clickhouse/lookup.h"
#include "store/statement_store.h"

namespace lectern::store::clickhouse {

inline const Uuid& key_of(const Found& found) { return found.position.id; }
inline const xapi::Position& key_of(const Kept& kept) { return kept.position; }

/// Answers many small lookups with few queries: what is asked while a round is under way is asked
/// together in the next one. A query costs ClickHouse a millisecond or more, however little it
/// reads. Values are found by key_of(). Thread-safe. Made for ids of Found and positions of Kept.
template <typename Key, typename Value>
class SharedFind {
 public:
  using Find =
      std::function<Result<std::vector<Value>>(std::span<const Key> keys, Deadline deadline)>;

  /// Who asks for more than `keys_max` asks alone; a round takes up to `callers_max`.
  SharedFind(Find find, std::size_t keys_max, std::size_t callers_max)
      : find_(std::move(find)), keys_max_(keys_max), callers_max_(callers_max) {}

  /// What `find` answers for these keys, asked after the call began.
  Result<std::vector<Value>> find(std::span<const Key> keys, Deadline deadline);

 private:
  struct Caller {
    std::vector<Key> keys;
    Deadline deadline;
    bool taken = false;  // into a round
    bool done = false;
    Result<std::vector<Value>> result;
  };
  using Callers = std::vector<std::shared_ptr<Caller>>;

  void run_round(std::unique_lock<std::mutex>& lock);
  Callers take();
  static void deal(const Callers& callers, const Result<std::vector<Value>>& found);

  const Find find_;
  const std::size_t keys_max_, callers_max_;
  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_:
  Callers waiting_;
  int rounds_ = 0;  // under way
};

}  // namespace lectern::store::clickhouse
