#pragma once

#include "cli/command.h"

namespace lectern::cli {

/// `lectern config`: the settings in effect, where each came from, secrets masked.
Command config_command();

}  // namespace lectern::cli
