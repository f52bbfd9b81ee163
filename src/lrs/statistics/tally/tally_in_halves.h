#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <vector>

#include "base/concurrency/mutex.h"
#include "base/result.h"
#include "lrs/statistics/columns/fact_match.h"
#include "lrs/statistics/tally/tally.h"

namespace lectern::lrs {

/// Counts what a selection lets in of columns, by two threads where there are many rows and a
/// processor is free. Each counts the statements of half of the registrations, so that scores that
/// count once meet; what comes out is the same with one thread. One thread at a time.
class TallyInHalves {
 public:
  /// What it views outlives it.
  TallyInHalves(const Question& question, const TimeZone& zone, const FactColumns& columns,
                const Tally::Grow& grow);

  /// Counts all rows that are let in. Those that may be along their chains are left: `left_max` + 1
  /// of them at most. Errors: those of Tally::add(); unavailable, after the deadline.
  Result<std::vector<FactColumns::RowRef>> count(const FactMatch& match, std::size_t left_max,
                                                 std::chrono::steady_clock::time_point deadline);
  /// Counts one more. Errors: likewise.
  Result<void> add(FactColumns::RowRef row);
  /// What came out of it. Errors: those of Tally::merge() and finish().
  Result<Statistics> finish();

 private:
  struct Half {
    std::unique_ptr<Tally> tally;
    std::vector<FactColumns::RowRef> left;
    Result<void> counted;
  };

  Result<void> count_half(std::size_t half, const FactMatch& match, std::size_t left_max,
                          std::chrono::steady_clock::time_point deadline);
  std::size_t half_of(const FactBlock::Columns& columns, std::size_t row) const;

  const FactColumns& columns_;
  const Tally::Grow& grow_;
  Mutex mutex_;  // one half asks for memory at a time
  std::vector<Half> halves_;
};

}  // namespace lectern::lrs
