#include "store/common/append_outcome.h"

#include <algorithm>

namespace lectern::store {

std::vector<Verdict> judge(std::span<const Row> rows, OnConflict on_conflict,
                           const KeptFingerprint& kept) {
  std::vector<Verdict> verdicts;
  verdicts.reserve(rows.size());
  bool conflict = false;
  for (const Row& row : rows) {
    const auto there = kept(row.id);
    verdicts.push_back(!there                                      ? Verdict::stored
                       : xapi::equivalent(*there, row.fingerprint) ? Verdict::known
                                                                   : Verdict::conflict);
    conflict = conflict || verdicts.back() == Verdict::conflict;
  }
  if (conflict && on_conflict == OnConflict::refuse_batch)
    std::replace(verdicts.begin(), verdicts.end(), Verdict::stored, Verdict::refused);
  return verdicts;
}

}  // namespace lectern::store
