#pragma once

#include "cli/command.h"

namespace lectern::cli {

/// `lectern read`: prints records of a backend.
Command read_command();

}  // namespace lectern::cli
