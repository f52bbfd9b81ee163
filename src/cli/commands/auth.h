#pragma once

#include "cli/command.h"

namespace lectern::cli {

/// `lectern auth`: makes the credentials of one user, and with -w adds them to the auth file.
Command auth_command();

}  // namespace lectern::cli
