#pragma once

#include <atomic>
#include <future>
#include <optional>
#include <span>
#include <vector>

#include "store/clickhouse/client/server.h"
#include "store/clickhouse/reservations/bloom_filter.h"
#include "store/clickhouse/schema/layout.h"
#include "store/clickhouse/watermark/server_clock_watermark.h"

namespace lectern::store::clickhouse {

/// Memory for it, in bytes: beyond 50 million ids it mistakes more new ones, for which the server
/// is then asked.
inline constexpr std::size_t reservation_filter_bytes_max = 128UL << 20;

/// The ids that have been reserved, in memory, so that a process that is alone need not look for
/// the reservations of others: to look for 400 ids among a million takes the server 20 ms. It is
/// read from the ids table once others have been quiet for so long that nothing of theirs can be
/// under way, and holds good until one of them is heard of. For the writing thread, but for what it
/// reads in the background.
class ReservationFilter {
 public:
  ReservationFilter(Server& server, const TableNames& names);
  /// Breaks the reading off.
  ~ReservationFilter();

  /// To be called before reservations are acquired, with all that are. Returns those of the ids
  /// that may have been reserved before, by anybody, if holds_all() is true once the reservations
  /// are acquired.
  std::vector<Uuid> note(std::span<const Row* const> rows);

  /// Whether it holds every reservation that was acquired before the peers' entries were last
  /// read.
  bool holds_all(const std::optional<QuietPeriod>& quiet) const {
    return filter_ && quiet && quiet->since == since_;
  }

  /// Takes in what has been read, forgets what no longer holds good, and begins to read anew where
  /// that makes sense. To be called between flushes.
  void refresh(const std::optional<QuietPeriod>& quiet);

 private:
  struct Reading {
    BloomFilter filter;
    std::chrono::steady_clock::duration took;
  };
  Result<Reading> read_all();
  void begin(const QuietPeriod& quiet);

  Server& server_;
  const TableNames& names_;
  std::optional<BloomFilter> filter_;
  Time since_;                   // since when others have been quiet
  std::vector<Uuid> meanwhile_;  // noted while it is being read
  std::chrono::steady_clock::time_point begin_no_sooner_;
  std::atomic<bool> stop_{false};
  std::future<Result<Reading>> reading_;  // last: its thread uses the above
};

}  // namespace lectern::store::clickhouse
