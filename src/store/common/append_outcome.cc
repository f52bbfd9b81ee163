#include "store/common/append_outcome.h"

#include <algorithm>

namespace lectern::store {

std::vector<AppendOutcome> decide_outcomes(std::span<const Row> rows, OnConflict on_conflict,
                                           const KeptFingerprint& kept) {
  std::vector<AppendOutcome> outcomes;
  outcomes.reserve(rows.size());
  bool conflict = false;
  for (const Row& row : rows) {
    const auto there = kept(row.id);
    outcomes.push_back(!there                                      ? AppendOutcome::stored
                       : xapi::equivalent(*there, row.fingerprint) ? AppendOutcome::known
                                                                   : AppendOutcome::conflict);
    conflict = conflict || outcomes.back() == AppendOutcome::conflict;
  }
  if (conflict && on_conflict == OnConflict::refuse_batch)
    std::replace(outcomes.begin(), outcomes.end(), AppendOutcome::stored, AppendOutcome::refused);
  return outcomes;
}

}  // namespace lectern::store
