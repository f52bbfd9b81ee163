// docs/settings.md is made from the table: run cli_test with LECTERN_UPDATE_DOCS=1 to write it.
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include <doctest/doctest.h>

#include "cli/settings/settings_table.h"

using namespace lectern::cli;

namespace {

constexpr const char* path = "docs/settings.md";
constexpr const char* begin = "<!-- from src/cli/settings/settings_table.cc -->\n";

std::string kind_of(const Row& row) {
  if (!row.choices.empty()) {
    std::string all;
    for (const char c : row.choices) all += c == ' ' ? std::string(", ") : std::string(1, c);
    return all;
  }
  if (std::holds_alternative<bool Settings::*>(row.place)) return "boolean";
  if (std::holds_alternative<std::vector<std::string> Settings::*>(row.place)) return "list";
  if (row.most != 0) return std::to_string(row.least) + " to " + std::to_string(row.most);
  if (const auto* kind = std::get_if<Kind>(&row.place)) {
    if (*kind == Kind::boolean) return "boolean";
    if (*kind == Kind::object) return "JSON object or key=value list";
  }
  return row.secret ? "text (secret)" : "text";
}

std::string table() {
  std::string out = begin;
  out +=
      "| RALPH_... or LECTERN_...; OTEL_... as it stands | value | default | meaning "
      "|\n|---|---|---|---|\n";
  for (const Row& row : settings_table()) {
    out += "| `" + std::string(row.name) + "`";
    if (!row.other.empty()) out += " (or `" + std::string(row.other) + "`)";
    out += " | " + (row.honoured ? kind_of(row) : "accepted, no meaning here") + " | ";
    if (!row.fallback.empty()) out += "`" + std::string(row.fallback) + "`";
    if (!row.ralphs_fallback.empty())
      out += "; called `ralph` or `uvicorn`: `" + std::string(row.ralphs_fallback) + "`";
    out += " | " + std::string(row.meaning) + " |\n";
  }
  return out;
}

std::string file() {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace

TEST_CASE("docs/settings.md says of each setting what the table says") {
  std::string text = file();
  const std::size_t at = text.find(begin);
  REQUIRE(at != std::string::npos);
  if (std::getenv("LECTERN_UPDATE_DOCS") != nullptr)
    std::ofstream(path) << text.substr(0, at) << table();
  CHECK(file().substr(at) == table());
}
