#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json/json.h"

/// How Ralph writes values into the statements that it makes.
namespace lectern::models {

/// Appends a JSON string as Ralph has it: short escapes where JSON has them, no others for what
/// need not be escaped.
void append_ralph_string(std::string& out, std::string_view text);
/// A double in its shortest form, with `.0` or an exponent.
std::string ralph_number(double number);
/// The text that Python makes of a string, a number or a boolean; nothing for others.
std::optional<std::string> python_text(json::Value value);
/// An instant that is_lax_instant() takes, with a `T`, six digits of a fraction or none, and `Z`
/// for the offset 0. Nothing where it is no instant.
std::optional<std::string> ralph_instant(json::Value value);

}  // namespace lectern::models
