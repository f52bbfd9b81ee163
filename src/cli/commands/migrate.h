#pragma once

#include "cli/command.h"

namespace lectern::cli {

/// `lectern migrate`: completes the rows that Ralph wrote to a database, while it is in use. Exit
/// code 0 when nothing is left, 1 otherwise.
Command migrate_command();

}  // namespace lectern::cli
