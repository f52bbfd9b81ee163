#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/json/json.h"

namespace lectern::pipeline {

/// What is mended in statements that other tools have written, where that is asked for. Nothing is
/// guessed: a day that no calendar has, or a hash that was cut, stays and is refused.
enum class Mending : std::uint8_t {
  null_member,  ///< which DuckDB and other readers of tables write for one that was absent
  bare_date     ///< a timestamp without a time, as Learning Locker keeps it
};
constexpr std::size_t mendings_count = 2;
/// For a person, of several: "members that are null, left out" ...
std::string_view name_of(Mending mending);

/// How often each was made, by Mending.
using Mendings = std::array<std::uint32_t, mendings_count>;

/// The statement with members that are null left out, but for those within extensions, whose values
/// may be anything; and with midnight in UTC for a date alone in `timestamp` and `stored`. All
/// other values stay byte for byte, white space between them goes. Nothing where there is nothing
/// to mend. Adds to `mendings`. Thread-safe. Depth: that of the text, limits::json_depth_max.
std::optional<std::string> mended(json::Value statement, Mendings& mendings);

}  // namespace lectern::pipeline
