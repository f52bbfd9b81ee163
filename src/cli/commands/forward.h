#pragma once

#include "cli/command.h"

namespace lectern::cli {

/// `lectern forward`: asks a running server how forwarding is doing, shows its dead letters, and
/// has them sent again. Exit code 0, or 1 when the server cannot be asked.
Command forward_command();

}  // namespace lectern::cli
