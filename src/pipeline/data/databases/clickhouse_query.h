#pragma once

#include <string>

#include "base/result.h"

/// What a read of ClickHouse is asked for, as Ralph takes it.
namespace lectern::pipeline::clickhouse {

/// A SELECT, and what goes with it.
struct Select {
  std::string sql;
  std::string parameters;       ///< of the URL, encoded, each with an `&` in front
  bool asks_exception = false;  ///< it may give a column of that name
};

/// Makes the SELECT of a JSON object of Ralph's query: select, where, parameters, limit, sort,
/// column_oriented; "" is one without members. Parameters take the place of `{name:Type}`, by the
/// server, or where there are none of those, of `%(name)s`. Errors: invalid for other texts.
Result<Select> read_query(const std::string& text, const std::string& table);

}  // namespace lectern::pipeline::clickhouse
