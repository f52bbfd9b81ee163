#pragma once

#include <vector>

#include "store/clickhouse/read/lookup.h"

namespace lectern::store::clickhouse {

/// Of ids that stand more than once in Ralph's table, as many are looked at in a table of up to
/// five million rows, and in each five million of a larger one.
inline constexpr std::size_t repeated_ids_max = 10'000;

/// The ids under which Ralph's table holds statements that differ: two programs took them at once,
/// and each has acknowledged its own. Reads the table's ids. Errors: unavailable.
Result<std::vector<Uuid>> conflicting_ids(Server& server, const TableNames& names,
                                          Deadline deadline);

}  // namespace lectern::store::clickhouse
