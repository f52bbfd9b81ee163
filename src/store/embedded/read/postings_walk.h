#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "store/embedded/read/fair_semaphore.h"
#include "store/embedded/read/term_cursor.h"

namespace lectern::store::embedded {

/// Walks over the places of the statements that carry all of some terms, in order. Not
/// thread-safe; lives no longer than the database.
///
/// Leapfrog: each term's cursor in turn is sent to the furthest place that another has reached, so
/// the walk goes at the pace of the rarest term. A verb beside other terms is not walked: it is
/// usually the commonest one, so their postings are marked with it
/// (store/embedded/format/values.h).
class PostingsWalk {
 public:
  /// `terms`: one at least. `turn` is passed on from time to time.
  PostingsWalk(const Database& database, TargetNumber target, const xapi::Terms& terms,
               const ScanRange& range, FairSemaphore::Permit& permit, Deadline deadline);

  /// The next place, as order; nothing at the end. Errors: unavailable at the deadline.
  Result<std::optional<std::uint64_t>> next();

 private:
  std::unique_ptr<TermCursor> cursor_at(const TermHash& hash) const;
  Result<void> pause();
  Result<bool> has_verb(std::uint64_t order);

  const Database& database_;
  const ScanRange range_;
  FairSemaphore::Permit& permit_;
  const Deadline deadline_;
  std::vector<std::unique_ptr<TermCursor>> cursors_;  // the first one leads
  std::optional<TermHash> verb_;                      // to be told by the marks
  std::unique_ptr<TermCursor> verb_cursor_;           // for postings without a mark
  std::size_t executor_ = 0;
};

}  // namespace lectern::store::embedded
