#pragma once

#include <string_view>

#include "base/log.h"

/// Lines of the log that are more than a sentence.
namespace lectern::log {

/// The form that lines have.
Format format();

/// Prints an object whose members stand behind those of time and level; as JSON text, such as
/// `{"status":200,"user":"ann"}`, with a member at least. Only in Format::json. Thread-safe.
void write_fields(Level level, std::string_view object);

}  // namespace lectern::log
