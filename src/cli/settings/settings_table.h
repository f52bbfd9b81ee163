#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cli/settings/settings.h"

namespace lectern::cli {

/// How the text of a setting that is handed on as text is checked.
enum class Kind : std::uint8_t {
  text,
  boolean,
  integer,
  object,  ///< JSON object, or key=value,key=value; also by __path
};

/// Where a checked value goes: a member of Settings; or, by Kind, nowhere (backends' own settings,
/// which stay texts, and those without meaning here).
using Member = std::variant<Kind, std::string Settings::*, bool Settings::*,
                            std::int64_t Settings::*, std::vector<std::string> Settings::*>;

/// One setting.
struct Row {
  std::string_view name;  ///< behind RALPH_ or LECTERN_
  Member place;
  std::string_view fallback;  ///< the default, as an operator would write it; "": none
  std::string_view meaning;   ///< one line
  std::int64_t least = 0;     ///< bounds of integers
  std::int64_t most = 0;
  std::string_view choices{};  ///< blank-separated: what texts and list items may be, in lower case
  bool secret = false;
  bool honoured = true;      ///< false: accepted, without meaning here
  std::string_view other{};  ///< another spelling of `name` that is accepted with a warning
  std::string_view ralphs_fallback{};  ///< the default when called by Ralph's names; "": the same
};

/// Every setting, in the order of `lectern config`.
std::span<const Row> settings_table();

}  // namespace lectern::cli
