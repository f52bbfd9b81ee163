#pragma once

#include <span>
#include <vector>

#include "store/clickhouse/read/cache_warmup.h"
#include "store/clickhouse/read/lookup.h"
#include "store/clickhouse/read/lookup_batcher.h"
#include "store/common/text_cache.h"

namespace lectern::store::clickhouse {

/// What StatementRows::at() answers.
struct RowsRead {
  std::vector<StatementRow> rows;  ///< with their texts, in no order
  std::size_t positions = 0;       ///< which were looked at, from the first one on
};

/// The statements of one table at their places. Texts that are in memory are not asked for: of
/// those only what was voided is. What several callers ask at a time is asked together.
/// Thread-safe.
class StatementRows {
 public:
  StatementRows(Server& server, const TableNames& names, TextCache& texts);

  /// The statements at the first of these places, up to the text with which all would have more
  /// than `bytes_max`, but one at least; places without a row are left out. It takes as much again
  /// in memory. What it reads is kept there if `keep`. Once a text is not there, the newest rows
  /// begin to be read into it. Errors: unavailable.
  Result<RowsRead> at(std::span<const xapi::Position> positions, std::size_t bytes_max, bool keep,
                      Deadline deadline);
  /// The statements at all these places, in no order, without texts of more than `text_bytes_max`
  /// and others that are long; places without a row are left out. Errors: unavailable.
  Result<std::vector<StatementRow>> with_short_texts(std::span<const xapi::Position> positions,
                                                     std::size_t text_bytes_max, Deadline deadline);
  /// Reads the texts that were left out, all of them. Rows that are gone are erased.
  Result<void> read_long_texts(std::vector<StatementRow>& rows, Deadline deadline);

  /// Remembers those of these rows that were stored.
  void keep(std::span<const Row> rows, std::span<const AppendOutcome> outcomes);

 private:
  void keep(std::span<const StatementRow> rows);

  Server& server_;
  const TableNames& names_;
  IndexTexts texts_;
  LookupBatcher<xapi::Position, StatementRow> row_batcher_;
  LookupBatcher<Uuid, Uuid> voided_batcher_;
  CacheWarmup warmup_;
};

}  // namespace lectern::store::clickhouse
