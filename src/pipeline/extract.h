#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "pipeline/line_run.h"

namespace lectern::pipeline {

/// Takes the event out of one line of Graylog's GELF: the text of `short_message`, with a line end.
/// Thread-safe.
std::optional<Refusal> extract_gelf(std::string_view line, std::string& out);

/// Takes the document out of one hit of Elasticsearch: the bytes of `_source`, with a line end.
/// Thread-safe.
std::optional<Refusal> extract_es(std::string_view line, std::string& out);

}  // namespace lectern::pipeline
