#pragma once

#include "cli/command.h"

namespace lectern::cli {

/// `lectern validate`: passes on the lines that keep a standard, or one of Ralph's models.
Command validate_command();

}  // namespace lectern::cli
