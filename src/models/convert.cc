#include "models/convert.h"

#include "base/json.h"

namespace lectern::models {

Conversion convert(std::string_view edx_event, const ConvertOptions& /*options*/) {
  const auto document = json::parse_view(edx_event, {.bounded = false, .lenient = true});
  if (!document) return tl::unexpected(Refusal{false, "", document.error().message});
  return tl::unexpected(Refusal{true, "", "no conversion is known"});
}

}  // namespace lectern::models
