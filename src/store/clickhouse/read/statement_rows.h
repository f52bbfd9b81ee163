#pragma once

#include <span>
#include <vector>

#include "store/clickhouse/read/cache_warmup.h"
#include "store/clickhouse/read/lookup.h"
#include "store/clickhouse/read/lookup_batcher.h"
#include "store/common/text_cache.h"

namespace lectern::store::clickhouse {

/// The statements of one table at their places. Texts that are in memory are not asked for: of
/// those only what was voided is. What several callers ask at a time is asked together.
/// Thread-safe.
class StatementRows {
 public:
  StatementRows(Server& server, const TableNames& names, TextCache& texts);

  /// What rows_at() answers for these places; what it reads is kept in memory if `keep`. Once a
  /// text is not there, the newest rows begin to be read into it. Errors: unavailable.
  Result<std::vector<StatementRow>> at(std::span<const xapi::Position> positions, bool keep,
                                       Deadline deadline);

  /// Remembers those of these rows that were stored.
  void keep(std::span<const Row> rows, std::span<const AppendOutcome> outcomes);

 private:
  Server& server_;
  const TableNames& names_;
  IndexTexts texts_;
  LookupBatcher<xapi::Position, StatementRow> row_batcher_;
  LookupBatcher<Uuid, Uuid> voided_batcher_;
  CacheWarmup warmup_;
};

}  // namespace lectern::store::clickhouse
