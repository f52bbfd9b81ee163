#pragma once

#include "cli/command.h"

namespace lectern::cli {

/// `lectern list`: names the containers of a backend.
Command list_command();

}  // namespace lectern::cli
