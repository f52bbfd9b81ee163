#pragma once

#include "cli/command.h"

namespace lectern::cli {

/// `lectern convert`: makes xAPI statements of events of Open edX.
Command convert_command();

}  // namespace lectern::cli
