#pragma once

#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "store/clickhouse/shared_find.h"

namespace lectern::store::clickhouse {

/// Where a statement is that carries a term.
struct MarkedPlace {
  xapi::Position position;
  std::int64_t verb = no_verb_mark;  ///< the mark of the statement's verb
};

/// The newest places of a term.
struct NewestPlaces {
  TermHash term{};
  /// newest_places_max at most, the newest first. One may stand twice: once for the term as the
  /// statement's own and once as inherited.
  std::vector<MarkedPlace> places;
};

/// Some pages of 100, so that a verb or another term beside this one leaves one.
inline constexpr std::size_t newest_places_max = 1'024;

inline const TermHash& key_of(const NewestPlaces& newest) { return newest.term; }

/// Where the newest statements of a term are, asked for many terms at once: to begin a query in
/// each part of the table costs more than to read a few hundred places of one more term. Terms
/// with so many places that this is not true are found out. Thread-safe.
class SharedPlaces {
 public:
  SharedPlaces(Server& server, const Names& names);

  /// Nothing for a term that is known to have too many places. Errors: unavailable.
  Result<std::optional<std::vector<MarkedPlace>>> newest(const TermHash& term, Deadline deadline);

 private:
  Result<std::vector<NewestPlaces>> find(std::span<const TermHash> terms, Deadline deadline);
  Result<NewestPlaces> find_one(const TermHash& term, Deadline deadline);
  Result<std::vector<NewestPlaces>> find_each(std::span<const TermHash> terms, Deadline deadline);

  Server& server_;
  const Names& names_;
  std::mutex mutex_;
  std::set<TermHash> frequent_;  // guarded by mutex_; bounded
  SharedFind<TermHash, NewestPlaces> shared_;
};

}  // namespace lectern::store::clickhouse
