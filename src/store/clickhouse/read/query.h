#pragma once

#include <functional>

#include "store/clickhouse/read/posting_scan.h"
#include "store/clickhouse/read/statement_rows.h"
#include "store/statement_store.h"

namespace lectern::store::clickhouse {

/// The statements at the first of these places, as StatementRows::at() reads them.
using RowsOf = std::function<Result<RowsRead>(std::span<const xapi::Position>, std::size_t)>;

/// Whether statements that bear the mark of store/common/reference_resolver.h are looked for too.
enum class WithMarked { no, yes };

/// One page of what matches: places first, from the order of rows or terms, then the texts.
/// PostingScan that turn out to be voided, or to have no row, are made up for by more places.
Result<Page> read_page(Server& server, const TableNames& names, const Filter& filter,
                       const PageRequest& request, const NewestOf& newest_of, const RowsOf& rows_of,
                       WithMarked with_marked, Deadline deadline);

}  // namespace lectern::store::clickhouse
