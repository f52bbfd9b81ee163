#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"
#include "pipeline/data/backend.h"

/// What the backends share that hold statements and speak of them as an LRS does.
namespace lectern::pipeline {

/// Ralph's query of an LRS as the parameters of GET /statements: of a JSON object its members,
/// objects among them as their JSON text; another text as it is, `verb=...&since=...`. `limit` is
/// the chunk size, whatever the query says. Errors: invalid.
Result<std::string> statement_parameters(const std::string& query, std::size_t chunk_size);

/// Fills chunk.lines with the statements, as take_objects() does. Those without an id get one here,
/// so that a chunk whose answer was lost can be sent again.
void take_statements(Chunk& chunk);

}  // namespace lectern::pipeline
