#pragma once

#include <optional>
#include <string>

namespace lectern::cli {

/// What to tell somebody who calls a command of Ralph that this program does not have: its log
/// pipeline. Nothing for every other call.
std::optional<std::string> unsupported_command_hint(int argc, const char* const* argv);

}  // namespace lectern::cli
