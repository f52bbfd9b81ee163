#pragma once

#include <cstdio>

namespace lectern::cli {

/// Whether what is printed there may have colours: it is a terminal, and NO_COLOR is not set to
/// anything (no-color.org).
bool wants_colours(std::FILE* stream);

}  // namespace lectern::cli
