#include "models/convert.h"

#include "base/json.h"
#include "models/ralph_conversion.h"

namespace lectern::models {

Conversion convert(std::string_view edx_event, const ConvertOptions& options) {
  const auto document = json::parse_view(edx_event, {.bounded = false, .lenient = true});
  if (!document) return tl::unexpected(Refusal{false, "", document.error().message});
  const json::Value event = (*document)->root();
  if (!event.is(json::Type::object))
    return tl::unexpected(Refusal{true, "", "no model is for such a record"});
  return ralph_conversion(event, edx_event, options);
}

}  // namespace lectern::models
