#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <rocksdb/db.h>

#include "base/concurrency/mutex.h"
#include "base/result.h"
#include "base/time/time.h"
#include "store/embedded/format/keys.h"

namespace lectern::store::embedded {

/// Rows of one target that are written ahead of the commit that makes them statements
/// (append.h), by their `stored`, both ends included. Until then nothing is stored there: who
/// meets a body there passes it over. A note of them goes into the database with the first ones,
/// and is taken away by that commit; so what a crash or a failed write leaves of them is passed
/// over for good.
struct RowsAhead {
  TargetNumber target = 0;
  Time first, last;

  bool operator==(const RowsAhead&) const = default;
  /// Whether a row of that target and instant is among them.
  bool contain(TargetNumber of, Time stored) const {
    return of == target && first <= stored && stored <= last;
  }
};

/// The note's key and value in Family::defaults.
inline constexpr std::string_view rows_ahead_prefix = "ahead:";
std::string rows_ahead_key(const RowsAhead& rows);
std::string rows_ahead_value(const RowsAhead& rows);

/// Those that a database has notes of. Errors: internal where a note is damaged.
Result<std::vector<RowsAhead>> read_rows_ahead(rocksdb::DB& rocks,
                                               const rocksdb::Snapshot* snapshot);

/// Those of an opened database. Thread-safe; costs next to nothing while there are none.
class AllRowsAhead {
 public:
  /// Sets them all.
  void reset(std::vector<RowsAhead> all);
  void add(const RowsAhead& rows);
  void remove(const RowsAhead& rows);
  bool contain(TargetNumber target, Time stored) const;
  /// The latest `stored` of all.
  std::optional<Time> last() const;

 private:
  mutable SharedMutex mutex_;
  std::vector<RowsAhead> all_ GUARDED_BY(mutex_);
  std::atomic<bool> any_ = false;
};

}  // namespace lectern::store::embedded
