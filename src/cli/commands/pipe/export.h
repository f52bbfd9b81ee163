#pragma once

#include "cli/command.h"

namespace lectern::cli {

/// `lectern export`: a server's statements as JSON lines, CSV or Parquet.
Command export_command();

}  // namespace lectern::cli
