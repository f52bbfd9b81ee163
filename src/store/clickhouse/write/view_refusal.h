#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace lectern::store::clickhouse {

/// The views through which a row was handed on that was refused, as ClickHouse names them: first
/// the one that refused it, last the one on the table that was inserted into. None, if no view did.
std::vector<std::string> views_of(const Error& error);

/// For the client: no want of the database, but of these statements or of that view.
Error refused_by_view(const Error& error);

}  // namespace lectern::store::clickhouse
