// An If-Match or If-None-Match header: any bytes give tags that lie in it, no more than it has
// commas; and what compares strongly holds for nothing that does not compare weakly too.
#include <algorithm>
#include <cstdint>

#include "base/assert.h"
#include "lrs/documents/preconditions.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lectern::lrs;
  const std::string_view header(reinterpret_cast<const char*>(data), size);
  const auto strong = parse_entity_tags(header, true), weak = parse_entity_tags(header, false);
  const auto commas = static_cast<std::size_t>(std::count(header.begin(), header.end(), ','));
  LECTERN_ASSERT(weak.tags.size() <= commas + 1);
  LECTERN_ASSERT(strong.any == weak.any);
  for (const auto& tag : weak.tags) LECTERN_ASSERT(header.find(tag) != header.npos);
  for (const auto& tag : strong.tags) {
    LECTERN_ASSERT(strong.holds(tag) && weak.holds(tag));
    Preconditions matched;
    matched.if_match = strong;
    LECTERN_ASSERT(matched.hold(tag));
    LECTERN_ASSERT(!matched.hold(std::nullopt));
    Preconditions refused;
    refused.if_none_match = weak;
    LECTERN_ASSERT(!refused.hold(tag));
    LECTERN_ASSERT(refused.hold(std::nullopt));
  }
  return 0;
}
