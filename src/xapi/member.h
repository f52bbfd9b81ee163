#pragma once

#include <optional>
#include <string_view>

#include "base/json/json.h"

namespace lectern::xapi {

/// The characters of a member that is a string; nothing when it is absent or something else.
inline std::optional<std::string_view> string_member(json::Value object, std::string_view key) {
  const auto member = object.find(key);
  if (!member || !member->is(json::Type::string)) return std::nullopt;
  return member->string();
}

/// The objectType of a statement's object, `Activity` when it has none (Data 2.4.4).
inline std::string_view object_type_of(json::Value object) {
  return string_member(object, "objectType").value_or("Activity");
}

}  // namespace lectern::xapi
