// Any Accept-Language header gives a bounded list, and cuts any language map to one entry of it.
// The input is the header, and behind its first line a JSON object to take for a language map.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/assert.h"
#include "xapi/formats.h"
#include "xapi/language.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lectern;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t line = std::min(input.find('\n'), input.size());
  const auto languages = xapi::parse_accept_language(input.substr(0, line));
  LECTERN_ASSERT(languages.size() <= 32);
  for (const auto& language : languages) LECTERN_ASSERT(!language.range.empty());
  const auto map = json::parse(std::string(input.substr(std::min(line + 1, input.size()))));
  if (!map || (*map)->root().size() == 0 || !(*map)->root().is(json::Type::object)) return 0;
  const json::Value best = xapi::best_entry((*map)->root(), languages);
  LECTERN_ASSERT((*map)->root().find(best.key()) == best);
  const std::string shown = xapi::format_canonical((*map)->root(), languages,
                                                   [](std::string_view) { return std::nullopt; });
  LECTERN_ASSERT(json::parse(shown));
  return 0;
}
