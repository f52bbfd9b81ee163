#pragma once

#include <cstddef>

namespace lectern {

/// Bytes of the texts of one page of statements, in this process: a page ends before the row with
/// which it would have more, but has at least one row. Every store ends its pages so, where it
/// reads them, and says that more follow.
std::size_t page_bytes_max();

/// Sets it. Meant for the start of the process, before there are pages; thread-safe.
void set_page_bytes_max(std::size_t bytes);

}  // namespace lectern
