#pragma once

#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "store/clickhouse/read/lookup.h"
#include "store/clickhouse/read/newest_postings.h"
#include "store/statement_store.h"

namespace lectern::store::clickhouse {

/// The newest places of each of some terms, as NewestPostingsReader finds them.
using NewestOf = std::function<Result<std::vector<NewestPostings>>(std::span<const TermHash>)>;

/// Walks over the places that carry all terms of a filter, in the order of the page, without
/// looking at rows. PostingScan of statements that never got their row are among them.
class PostingScan {
 public:
  PostingScan(Server& server, const TableNames& names, const Filter& filter,
              const PageRequest& request, NewestOf newest_of, Deadline deadline);

  /// Up to about `count` more places; none when there are no more, or else at least one.
  Result<std::vector<xapi::Position>> next(std::size_t count);

 private:
  Result<std::vector<xapi::Position>> candidates(std::size_t count);
  Result<std::vector<xapi::Position>> newest(std::size_t count);
  Result<std::vector<xapi::Position>> one_order(const std::string& from, std::size_t count);
  Result<std::vector<xapi::Position>> intersection(std::size_t count);
  Result<std::vector<xapi::Position>> guessed_window(std::size_t count);
  /// Those of some places that carry all these terms.
  Result<std::vector<xapi::Position>> carrying(std::span<const TermHash> terms,
                                               std::span<const xapi::Position> among);
  Result<void> rarest_first();
  Result<std::optional<xapi::Position>> window_end();
  Result<std::vector<xapi::Position>> read(std::string_view sql);

  std::string range(const std::optional<xapi::Position>& last = {}) const;
  std::string order() const;
  std::string rare_places() const;
  std::span<const TermHash> others() const { return std::span(terms_).subspan(1); }

  Server& server_;
  const TableNames& names_;
  const std::optional<Time> since_, until_;
  const bool ascending_;
  const NewestOf newest_of_;
  const Deadline deadline_;
  std::vector<TermHash> terms_;   // the rarest in front: first by a guess, then by their counts
  std::optional<TermHash> verb_;  // beside others: told by the marks
  std::set<xapi::Position> unmarked_;  // what was read whose mark does not tell
  bool guessed_ = false;               // the guess has been tried
  bool ordered_ = false;               // they were counted
  std::size_t window_;                 // places of the rarest term that are looked at together
  std::optional<xapi::Position> after_;
  bool exhausted_ = false;
};

}  // namespace lectern::store::clickhouse
