// A `.env` file: any bytes give variables with names, and lines that are passed over in their
// order; what was read is read again from a file that quotes it.
#include <algorithm>
#include <cstdint>
#include <string>

#include "base/assert.h"
#include "cli/settings/dotenv.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lectern::cli;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  LinesPassedOver passed_over;
  const auto variables = parse_dotenv(text, {{"HOME", "/root"}}, &passed_over);
  LECTERN_ASSERT(std::is_sorted(passed_over.begin(), passed_over.end()));
  const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  LECTERN_ASSERT(passed_over.empty() || passed_over.back() <= lines);

  std::string quoted;
  std::map<std::string, std::string> plain;
  for (const auto& [name, value] : variables) {
    LECTERN_ASSERT(!name.empty() && name.find_first_of(" \t\r\f\v\n=#") == name.npos);
    LECTERN_ASSERT(value.size() <= dotenv_value_bytes_max);
    // (An export in front of a name is no part of it; `${` would be replaced again.)
    if (name == "export" || value.find("${") != value.npos || name.starts_with("\xEF\xBB\xBF"))
      continue;
    plain.emplace(name, value);
    quoted += name + "='";
    for (const char c : value) {
      if (c == '\'' || c == '\\') quoted += '\\';
      quoted += c;
    }
    quoted += "'\n";
  }
  LECTERN_ASSERT(parse_dotenv(quoted, {}) == plain);
  return 0;
}
