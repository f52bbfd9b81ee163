#include "cli/terminal/unsupported_command.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace lectern::cli {
namespace {

struct Missing {
  std::string_view command;
  std::string_view instead;
};

constexpr std::array missing = {
    Missing{"read", "GET /xAPI/statements and follow its `more` links"},
    Missing{"write", "POST the statements to /xAPI/statements, as JSON arrays"},
    Missing{"list", "look into the database with its own tools"},
};

}  // namespace

std::optional<std::string> unsupported_command_hint(int argc, const char* const* argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "-v" || argument == "--verbosity") {
      ++i;  // its value
    } else if (argument.substr(0, 1) != "-") {
      const auto it = std::find_if(missing.begin(), missing.end(),
                                   [&](const Missing& one) { return one.command == argument; });
      if (it == missing.end()) return std::nullopt;
      return "the command '" + std::string(argument) +
             "' of Ralph is not here: " + std::string(it->instead);
    }
  }
  return std::nullopt;
}

}  // namespace lectern::cli
