#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "store/statement_store.h"

namespace lectern::store::fs {

/// The row of a line that this server or Ralph wrote: a statement with its `id`. `stored` is left
/// at 1970 where the statement has none. Errors: invalid, saying why it cannot be read.
Result<Row> row_of_line(std::string_view line);

/// A statement as a line: the line breaks between its tokens become blanks.
std::string line_of(std::string json);

}  // namespace lectern::store::fs
