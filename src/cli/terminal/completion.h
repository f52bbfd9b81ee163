#pragma once

#include "cli/command.h"

namespace lectern::cli {

/// `lectern completion bash`: prints a script for the shell that completes commands and options.
Command completion_command();

}  // namespace lectern::cli
