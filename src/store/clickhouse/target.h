#pragma once

#include <atomic>
#include <optional>

#include "base/concurrency/mutex.h"
#include "store/clickhouse/migration/unmigrated_rows.h"
#include "store/clickhouse/read/newest_postings.h"
#include "store/clickhouse/read/page_single_flight.h"
#include "store/clickhouse/read/statement_finder.h"
#include "store/clickhouse/settings.h"
#include "store/clickhouse/watermark/server_clock_watermark.h"
#include "store/clickhouse/write/append.h"
#include "store/clickhouse/write/insert_batcher.h"
#include "store/common/inheritance_watch.h"

namespace lectern::store::clickhouse {

/// One target: its tables, the thread that writes to them, and what is known about them.
/// Thread-safe.
class TargetTables {
 public:
  /// `texts` are those of all tables.
  TargetTables(Server& server, TableNames names, TextCache& texts,
               const ClickHouseSettings& options);

  /// See StatementStore::append().
  Result<std::vector<AppendOutcome>> append(std::span<Row> rows, OnConflict on_conflict,
                                            Deadline deadline);
  /// Adds our part to rows that Ralph's table holds. Errors: those of append().
  Result<std::vector<AppendOutcome>> complete(std::vector<Row> rows, Deadline deadline);
  Result<std::vector<StoredStatement>> find(std::span<const Uuid> ids, Deadline deadline);
  Result<Page> query(const Filter& filter, const PageRequest& page, Deadline deadline);
  Result<Time> consistent_through(Deadline deadline);

  /// Creates what is missing, if that has not been done since the server last lacked a table.
  Result<void> prepare(Deadline deadline);
  /// prepare(), and asks whether Ralph's table is still there and takes inserts, and whether the
  /// feed can be used.
  Result<void> check(Deadline deadline);

  Server& server() { return server_; }
  const TableNames& names() const { return names_; }

 private:
  Result<Page> read_page(const Filter& filter, const PageRequest& page, Deadline deadline);
  Result<bool> look_for_marked(Deadline deadline);
  void look_at_feed(Deadline deadline) REQUIRES(prepare_mutex_);
  AppendRequests flush(AppendRequests requests);
  std::chrono::milliseconds on_idle(bool ending);
  /// Passes a result on. Where its error says that a table is gone, makes it, or tells which.
  template <typename T>
  Result<T> checked(Result<T> result);

  Server& server_;
  const TableNames names_;
  const EventsPolicy events_policy_;
  std::atomic<bool> prepared_{false};
  std::atomic<bool> has_feed_{false};
  TimedMutex prepare_mutex_;  // one thread makes tables at a time
  std::string why_no_feed_ GUARDED_BY(prepare_mutex_);
  ServerClockWatermark watermark_;
  InheritanceWatch marked_;
  BetweenFlushes between_flushes_;                          // of the writing thread
  std::chrono::steady_clock::time_point last_flush_ended_;  // likewise
  Mutex monitor_mutex_;
  // From the first prepare() on:
  std::optional<UnmigratedRowMonitor> unmigrated_ GUARDED_BY(monitor_mutex_);
  StatementRows statement_rows_;
  StatementFinder finder_;
  NewestPostingsReader newest_postings_;
  PageSingleFlight page_reads_;
  InsertBatcher batcher_;  // last: its thread uses all of the above
};

}  // namespace lectern::store::clickhouse
