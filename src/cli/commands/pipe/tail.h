#pragma once

#include "cli/command.h"

namespace lectern::cli {

/// `lectern tail`: a server's statements as they are stored.
Command tail_command();

}  // namespace lectern::cli
