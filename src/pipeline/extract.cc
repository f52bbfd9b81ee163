#include "pipeline/extract.h"

#include <fmt/format.h>

#include "base/json/json.h"

namespace lectern::pipeline {
namespace {

Refusal refused(std::string_view rule, std::string message) {
  return {false, "", std::string(rule), std::move(message)};
}

/// Has `take` append what it takes of the member; where there are several of the name, the last
/// one counts, as in most programs that wrote such lines.
template <typename Take>
std::optional<Refusal> extract(std::string_view line, std::string_view member, Take take) {
  const auto document = json::parse_view(line, {.bounded = false, .lenient = true});
  if (!document) return refused("JSON", document.error().message);
  std::optional<json::Value> found;
  for (const auto value : (*document)->root().children())
    if (value.key() == member && !value.key_source().empty()) found = value;
  if (!found) return refused(member, fmt::format("\"{}\" is missing", member));
  return take(*found);
}

}  // namespace

std::optional<Refusal> extract_gelf(std::string_view line, std::string& out) {
  return extract(line, "short_message", [&](json::Value value) -> std::optional<Refusal> {
    if (value.is(json::Type::null))
      return refused("short_message", "\"short_message\" is null: there is no event in it");
    out += value.is(json::Type::string) ? value.string() : value.source();
    out += '\n';
    return std::nullopt;
  });
}

std::optional<Refusal> extract_es(std::string_view line, std::string& out) {
  return extract(line, "_source", [&](json::Value value) -> std::optional<Refusal> {
    out += value.source();
    out += '\n';
    return std::nullopt;
  });
}

}  // namespace lectern::pipeline
