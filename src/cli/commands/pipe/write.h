#pragma once

#include "cli/command.h"

namespace lectern::cli {

/// `lectern write`: writes lines to a backend.
Command write_command();

}  // namespace lectern::cli
