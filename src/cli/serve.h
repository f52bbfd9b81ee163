#pragma once

#include "cli/settings/settings.h"

namespace lectern::cli {

/// `lectern runserver`: opens the store, listens, and serves until SIGTERM or SIGINT; then answers
/// what is under way and ends. Returns the exit code: 0, or 1 after a line on stderr that says what
/// stopped the start.
int serve(const Loaded& loaded);

}  // namespace lectern::cli
