#pragma once

#include <optional>
#include <string>

#include "base/result.h"

namespace lectern::store::clickhouse {

/// The view on Ralph's table that did not take a row, as ClickHouse names it; of several, through
/// which a row was handed on, the last.
std::optional<std::string> view_of(const Error& error);

/// For the client: no want of the database, but of these statements or of that view.
Error refused_by_view(const Error& error);

}  // namespace lectern::store::clickhouse
