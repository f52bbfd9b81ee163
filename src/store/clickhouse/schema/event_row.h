#pragma once

#include "store/clickhouse/read/lookup.h"
#include "store/statement_store.h"

namespace lectern::store::clickhouse {

/// The row of a statement that lies in Ralph's table. Ralph checked little, so little is asked: a
/// JSON object under an id. `stored` is the statement's own, or its emission time where it has
/// none that can be read. Errors: invalid, saying what is wrong.
Result<Row> row_of_event(const Event& event);

/// Where `stored` stands in the text of such a row, if it is written as we write it.
std::vector<std::size_t> stored_at_of(const Row& row);

}  // namespace lectern::store::clickhouse
