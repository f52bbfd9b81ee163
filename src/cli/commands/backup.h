#pragma once

#include "cli/command.h"

namespace lectern::cli {

/// `lectern backup`: copies the embedded store, by the server where one runs.
Command backup_command();

}  // namespace lectern::cli
