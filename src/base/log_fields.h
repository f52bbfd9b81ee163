#pragma once

#include <span>
#include <string_view>
#include <utility>

#include "base/log.h"

/// Lines of the log that are more than a sentence.
namespace lectern::log {

/// The form that lines have.
Format format();

/// A member of a line's object: its name and its text.
using Field = std::pair<std::string_view, std::string_view>;

/// Prints one finished line; in Format::json with these members behind its message. Thread-safe.
void write(Level level, std::string_view line, std::span<const Field> fields);

/// Prints an object whose members stand behind those of time and level; as JSON text, such as
/// `{"status":200,"user":"ann"}`, with a member at least. Only in Format::json. Thread-safe.
void write_fields(Level level, std::string_view object);

}  // namespace lectern::log
