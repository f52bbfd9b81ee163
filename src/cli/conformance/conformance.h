#pragma once

#include "cli/command.h"

namespace lectern::cli {

/// `lectern conformance URL`: checks any LRS against the rules of the standard. Exit code 0 when
/// all hold, 1 when one does not, 2 when the checks could not begin.
Command conformance_command();

}  // namespace lectern::cli
