#pragma once

#include "cli/command.h"

namespace lectern::cli {

/// `lectern extract`: takes events out of lines of Graylog or hits of Elasticsearch.
Command extract_command();

}  // namespace lectern::cli
