#pragma once

#include "cli/command.h"

namespace lectern::cli {

/// `lectern runserver`: serves, with options for what Ralph has options for.
Command runserver_command();

}  // namespace lectern::cli
