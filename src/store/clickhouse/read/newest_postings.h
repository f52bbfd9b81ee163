#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/concurrency/mutex.h"
#include "store/clickhouse/read/lookup_batcher.h"

namespace lectern::store::clickhouse {

/// Some pages of 100, so that a verb or another term beside this one leaves one.
inline constexpr std::size_t newest_postings_max = 1'024;

/// Where the newest statements of a term are, asked for many terms at once: to begin a query in
/// each part of the table costs more than to read a few hundred places of one more term. Of terms
/// with a great many places it is remembered how far back the newest reach, and no others are read:
/// places are added, also in the past, but never taken away. Thread-safe.
class NewestPostingsReader {
 public:
  NewestPostingsReader(Server& server, const TableNames& names);

  /// The newest places of each of these terms, in any order. Errors: unavailable.
  Result<std::vector<NewestPostings>> newest(std::span<const TermHash> terms, Deadline deadline);

 private:
  Result<std::vector<NewestPostings>> find(std::span<const TermHash> terms, Deadline deadline);
  Result<std::vector<NewestPostings>> find_together(std::span<const TermHash> terms,
                                                    Deadline deadline);
  Result<std::vector<NewestPostings>> find_each(std::span<const TermHash> terms, Deadline deadline);
  Result<NewestPostings> find_one(const TermHash& term, Deadline deadline);
  std::string carrying_any(std::span<const TermHash> terms);
  bool is_below_floor(const NewestPostings& newest);
  void note_floor(const NewestPostings& newest);

  Server& server_;
  const TableNames& names_;
  Mutex mutex_;
  std::map<TermHash, std::int64_t> floors_ GUARDED_BY(mutex_);  // microseconds; bounded
  LookupBatcher<TermHash, NewestPostings> shared_;
};

}  // namespace lectern::store::clickhouse
