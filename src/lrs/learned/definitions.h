#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/concurrency/batch_executor.h"
#include "base/concurrency/mutex.h"
#include "base/json/json.h"
#include "base/result.h"
#include "store/document_store.h"

namespace lectern::lrs {

/// What some statements say that is news, for each document that it concerns, in their order.
struct Update {
  std::string text;  ///< JSON: a definition, or a name
  std::uint64_t fact = 0;
};
using Updates = std::map<store::DocumentKey, std::vector<Update>>;

/// Remembers which definitions and names this process has already written down, so that the same
/// ones cost nothing when they come again. Forgets at random; forgetting costs a look-up, never a
/// wrong result. Thread-safe. 8 MiB of address space, touched as it fills.
class DefinitionRegistry {
 public:
  /// `few_callers`: the store of documents serves one caller with many better than many with few.
  explicit DefinitionRegistry(bool few_callers = false);
  /// Whether that fact is written down for sure.
  bool has(std::uint64_t fact) const;
  /// Remembers a fact that was written down; another one may be forgotten for it.
  void add(std::uint64_t fact);

  /// Merges `updates` into what is known and keeps it; from then on they are no news. With
  /// `few_callers` it is done together with what others bring meanwhile. What cannot
  /// be kept is tried again with a later call for the same target, a second later at the earliest
  /// and five times at most; limits::postponed_bytes_max of it wait in memory.
  Result<void> take(store::DocumentStore& documents, const store::Context& context,
                    const Updates& updates);

 private:
  struct MergeJob {
    store::DocumentStore& documents;
    std::string target;
    Updates updates;
    Result<void> outcome;
  };
  /// Updates that could not be kept.
  struct Postponed {
    Updates updates;
    std::size_t bytes = 0;
    int attempts = 0;
    std::chrono::steady_clock::time_point next;
  };
  Result<void> keep(store::DocumentStore& documents, const store::Context& context,
                    const Updates& updates);
  void try_again(store::DocumentStore& documents, const store::Context& context);
  void put_off(const std::string& target, Postponed postponed);
  void merge_batch(const BatchExecutor<MergeJob>::Jobs& jobs, Deadline deadline);
  Result<void> write_down(store::DocumentStore& documents, const store::Context& context,
                          Updates open);

  static constexpr std::size_t slots = 1 << 20;
  struct Free {
    void operator()(std::atomic<std::uint64_t>* memory) const;
  };
  const bool few_callers_;
  std::unique_ptr<std::atomic<std::uint64_t>[], Free> facts_;
  BatchExecutor<MergeJob> executor_;
  Mutex mutex_;
  std::map<std::string, std::vector<Postponed>> postponed_ GUARDED_BY(mutex_);  // by target
  std::size_t postponed_bytes_ GUARDED_BY(mutex_) = 0;
};

/// Takes from statements what they say about activities (canonical definitions, Data 2.4.4.1) and
/// agents (names, for the Person object), merges it into what is known, and keeps it. Called after
/// the statements are stored; doing it twice changes nothing.
Result<void> learn(DefinitionRegistry& learned, store::DocumentStore& documents,
                   const store::Context& context, std::span<const json::Value> statements);

/// What these statements alone, the oldest first, say of the activity or agent with this key: a
/// document as learn() keeps it, or "" for nothing.
std::string told_by(std::span<const json::Value> statements, const store::DocumentKey& key);

/// The key of an activity's canonical definition; the document is the definition's JSON.
store::DocumentKey definition_key(std::string_view activity_id);
/// The key of what is known of an agent; the document is a JSON array of its names.
store::DocumentKey person_key(std::string_view ifi);

}  // namespace lectern::lrs
