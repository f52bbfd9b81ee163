#pragma once

#include "cli/command.h"

namespace lectern::cli {

/// `lectern restore`: puts a backup in the place of the embedded store.
Command restore_command();

}  // namespace lectern::cli
