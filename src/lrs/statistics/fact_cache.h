#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "auth/principal.h"
#include "base/concurrency/mutex.h"
#include "base/result.h"
#include "base/time/time.h"
#include "base/time/time_zone.h"
#include "lrs/lrs.h"
#include "lrs/statistics/columns/fact_columns.h"
#include "lrs/statistics/columns/fact_files.h"
#include "lrs/statistics/question.h"
#include "lrs/statistics/tally/tally.h"

namespace lectern::lrs {

/// The facts of all statements (columns/fact_columns.h), by target, so that a question need not
/// read them again. A target's are read when it is first asked about, and each question adds what
/// has come since: statements never change, and what lies behind the watermark is complete
/// (StatementStore::consistent_through), so this holds on every backend and with any number of
/// processes. What was read is kept in files too (columns/fact_files.h), which a later process
/// goes on from where the store still has the statements that they end with. Storing statements
/// costs nothing here. Thread-safe.
class FactCache {
 public:
  /// Each question that waits holds a worker, and to read a target first may take minutes.
  static constexpr std::size_t waiting_max = 2;

  /// Rows that are not in files yet, at most, when a question is answered.
  static constexpr std::size_t rows_unwritten_max = 8'192;

  /// Keeps so many bytes of memory at most: targets that nobody has asked about for longest go
  /// first; one that needs more is not kept. Columns that lie in files are the kernel's memory, so
  /// they do not count. The files lie in a folder that no other process uses meanwhile; "" for
  /// none.
  explicit FactCache(std::uint64_t bytes_max, const std::filesystem::path& folder = {});

  /// Answers a question as of `through`, the watermark when it was asked; nothing where it cannot:
  /// the facts are too many, or the question is about values that it keeps as digests, or about
  /// more referring statements than it follows. Errors: those of the store and of the tally;
  /// unavailable, when the facts are not read by the deadline: the next question goes on there; and
  /// at once, where a target is first read and waiting_max wait for that already.
  Result<std::optional<Statistics>> answer(Lrs& lrs, const auth::Principal& principal,
                                           const store::Context& context, const Question& question,
                                           const TimeZone& zone, Time through,
                                           const Tally::Grow& grow);

 private:
  struct OfTarget {
    explicit OfTarget(std::filesystem::path folder) : files(std::move(folder)) {}

    std::atomic<std::size_t> entered = 0;  // those that read or wait
    TimedMutex reading;  // one reads what is missing, others wait until their deadline
    FactFiles files GUARDED_BY(reading);
    std::optional<std::size_t> files_left GUARDED_BY(reading);  // that are to be read first
    SharedMutex mutex;
    std::unique_ptr<FactColumns> columns GUARDED_BY(mutex) = std::make_unique<FactColumns>();
    std::optional<Time> through GUARDED_BY(mutex);  // everything up to here is in it
    bool too_large GUARDED_BY(mutex) = false;
  };

  struct Kept {
    std::shared_ptr<OfTarget> facts;
    std::uint64_t bytes = 0;
    std::uint64_t asked = 0;  // by the number of the question that asked last
  };

  std::shared_ptr<OfTarget> of(const std::string& target);
  Result<void> refresh(Lrs& lrs, const store::Context& context, OfTarget& target, Time through);
  Result<bool> read_files(Lrs& lrs, const store::Context& context, OfTarget& target)
      REQUIRES(target.reading);
  void write_files(OfTarget& target, bool is_all) REQUIRES(target.reading);
  Result<void> take(Lrs& lrs, const store::Context& context, OfTarget& target,
                    const std::vector<store::StoredStatement>& rows);
  void bound(OfTarget& target) REQUIRES(target.mutex);

  const std::uint64_t bytes_max_;
  std::filesystem::path folder_;  // "": none
  std::unique_ptr<FolderLock> folder_lock_;
  Mutex mutex_;
  std::map<std::string, Kept> targets_ GUARDED_BY(mutex_);
  std::uint64_t questions_ GUARDED_BY(mutex_) = 0;
};

}  // namespace lectern::lrs
