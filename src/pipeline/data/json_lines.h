#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "base/json/json.h"
#include "pipeline/data/backend.h"

namespace lectern::pipeline {

/// Appends a JSON text as one line, whatever white space is between its tokens.
void append_line(std::string& out, std::string_view json);

/// What becomes of a line's object, or why it cannot be sent.
using MadeRecord = tl::expected<Chunk::Record, Refusal>;

/// Fills chunk.lines with what `make` makes of each line's object, and chunk.records; lines that
/// are no JSON object are refused, blank ones left out. Numbers of lines are set here.
void take_objects(Chunk& chunk, const std::function<MadeRecord(json::Value)>& make);

/// `[a,b]` of the records' texts.
std::string json_array(std::span<const Chunk::Record> records);

}  // namespace lectern::pipeline
