#pragma once

#include <functional>
#include <span>
#include <vector>

#include "base/concurrency/batch_executor.h"
#include "store/clickhouse/read/lookup.h"
#include "store/statement_store.h"

namespace lectern::store::clickhouse {

/// A statement that was found by its id.
struct FoundRow {
  StatementRow row;
  xapi::Fingerprint fingerprint;
  bool is_foreign = false;  ///< only Ralph's table has it
};

/// Where a statement is that carries a term.
struct TermPosting {
  xapi::Position position;
  std::int64_t verb = no_verb_mark;  ///< the mark of the statement's verb
};

/// The newest places of a term.
struct NewestPostings {
  TermHash term{};
  /// newest_postings_max at most, the newest first. One may stand twice: once for the term as the
  /// statement's own and once as inherited.
  std::vector<TermPosting> places;
  bool all = false;  ///< the term has no others
};

inline const Uuid& key_of(const Uuid& id) { return id; }
inline const Uuid& key_of(const FoundRow& found) { return found.row.position.id; }
inline const xapi::Position& key_of(const StatementRow& kept) { return kept.position; }
inline const TermHash& key_of(const NewestPostings& newest) { return newest.term; }

/// Answers many small lookups with few queries: what is asked while a query is under way is asked
/// together in the next one, and that waits for the one before it unless enough of them have come
/// together. A query costs ClickHouse a millisecond or more, however little it reads. Values are
/// found by key_of(). Thread-safe. Made for ids of FoundRow and of themselves, positions of
/// StatementRow and terms of NewestPostings.
template <typename Key, typename Value>
class LookupBatcher {
 public:
  using Find =
      std::function<Result<std::vector<Value>>(std::span<const Key> keys, Deadline deadline)>;

  /// Who asks for more than `keys_max` asks alone; a round takes up to `callers_max`.
  LookupBatcher(Find find, std::size_t keys_max, std::size_t callers_max)
      : find_(std::move(find)),
        keys_max_(keys_max),
        executor_({batches_max, callers_max, callers_beside_min},
                  [this](const auto& lookups, Deadline) { run(lookups); }) {}

  /// What `find` answers for these keys, asked after the call began. Errors: those of `find`, and
  /// unavailable at the deadline.
  Result<std::vector<Value>> find(std::span<const Key> keys, Deadline deadline);

 private:
  static constexpr int batches_max = 4;
  static constexpr std::size_t callers_beside_min = 8;

  struct Lookup {
    std::vector<Key> keys;
    Deadline deadline;
    Result<std::vector<Value>> found = {};
  };
  using Lookups = typename BatchExecutor<Lookup>::Jobs;

  void run(const Lookups& lookups);

  const Find find_;
  const std::size_t keys_max_;
  BatchExecutor<Lookup> executor_;
};

}  // namespace lectern::store::clickhouse
