#pragma once

#include "cli/command.h"

namespace lectern::cli {

/// `lectern verify`: checks what is stored. Exit code 0 when all is well, or was repaired.
Command verify_command();

}  // namespace lectern::cli
