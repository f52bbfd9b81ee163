#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace lectern::store::clickhouse {

/// The tables of one target, qualified and quoted so that they can stand in SQL.
struct TableNames {
  std::string database;  ///< quoted
  std::string events;    ///< Ralph's table
  std::string rows;
  std::string ids;
  std::string terms;
  std::string marks;
  std::string writers;
  std::string feed;
};

/// TableNames from a target: a table, or `database.table`. Each part is a letter or `_`, then
/// letters, digits and `_`, up to 150 characters: nothing else ever comes into SQL. No table of
/// ClickHouse's own databases, which would be lost at a restart, or of ours beside another. Errors:
/// invalid.
Result<TableNames> table_names_of(std::string_view default_database, std::string_view target);

}  // namespace lectern::store::clickhouse
