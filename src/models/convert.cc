#include "models/convert.h"

#include "base/json/json.h"
#include "models/openedx/conversion.h"
#include "models/ralph/conversion.h"

namespace lectern::models {
namespace {

Conversion like_ralph(json::Value event, std::string_view line, const ConvertOptions& options) {
  auto statement = ralph_conversion(event, line, options);
  if (!statement) return tl::unexpected(std::move(statement).error());
  return Converted{std::move(*statement)};
}

}  // namespace

std::string_view name_of(Repair repair) {
  switch (repair) {
    case Repair::object_type:
      return "objects of the type GroupActivity";
    case Repair::activity_id:
      return "ids of activities that are no IRI";
    case Repair::duration:
      return "lengths of videos as the time that was spent";
    case Repair::score:
      return "scores out of 0, or beyond the maximum";
    case Repair::response:
      break;
  }
  return "answers in Python's notation";
}

Conversion convert(std::string_view edx_event, const ConvertOptions& options) {
  const auto document = json::parse_view(edx_event, {.bounded = false, .lenient = true});
  if (!document) return tl::unexpected(Refusal{false, "", document.error().message});
  const json::Value root = (*document)->root();
  if (!root.is(json::Type::object))
    return tl::unexpected(Refusal{true, "", "no model is for such a record"});
  if (options.like == Like::openedx) {
    if (const openedx::Event event(root); openedx::knows(event))
      return openedx::conversion(event, options);
  }
  auto converted = like_ralph(root, edx_event, options);
  if (options.like == Like::only_ralph || converted || !converted.error().unknown) return converted;
  if (const openedx::Event event(root); openedx::knows(event))
    return openedx::conversion(event, options);
  return converted;
}

}  // namespace lectern::models
