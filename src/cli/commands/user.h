#pragma once

#include "cli/command.h"

namespace lectern::cli {

/// `user add|list|passwd|scopes|disable|enable|remove`: the users of the credentials file. A server
/// that runs takes each change up within a second.
Command user_command();

}  // namespace lectern::cli
