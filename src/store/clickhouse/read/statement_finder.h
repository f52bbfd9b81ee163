#pragma once

#include <span>
#include <vector>

#include "store/clickhouse/read/lookup_batcher.h"
#include "store/clickhouse/read/statement_rows.h"

namespace lectern::store::clickhouse {

/// The statements of one table by their ids, Ralph's too. What several callers ask at a time is
/// asked together. Thread-safe.
class StatementFinder {
 public:
  /// Looks for `ids_at_once` at most with one query; `rows` outlives it.
  StatementFinder(Server& server, const TableNames& names, StatementRows& rows,
                  std::size_t ids_at_once);

  /// StatementStore::find().
  Result<std::vector<StoredStatement>> find(std::span<const Uuid> ids, Deadline deadline);

 private:
  /// What is read for one call.
  struct Reading {
    std::vector<StoredStatement> found;
    std::size_t bytes = 0;  ///< of their texts

    void take(FoundRow&& row);
    bool has_room() const;
  };

  Result<std::vector<FoundRow>> find_short(std::span<const Uuid> ids, std::size_t text_bytes_max,
                                           Deadline deadline);
  Result<void> find_foreign(std::span<const Uuid> ids, std::size_t text_bytes_max,
                            std::vector<FoundRow>& found, Deadline deadline);
  Result<void> read_long(std::span<FoundRow> rows, Reading& reading, Deadline deadline);

  Server& server_;
  const TableNames& names_;
  StatementRows& rows_;
  const std::size_t ids_at_once_;
  LookupBatcher<Uuid, FoundRow> batcher_;
};

}  // namespace lectern::store::clickhouse
