#pragma once

#include <string>
#include <string_view>

#include <tl/expected.hpp>

/// Ralph's models of events and statements as data, and what they say of a record.
namespace lectern::models {

/// Whose models: the events of Open edX, or the xAPI statements of the profiles that Ralph knows.
enum class Family { edx, xapi };

/// A record that a family's models refuse, or that no model knows.
struct Refusal {
  bool unknown = false;  ///< no model fits: nothing was checked
  std::string pointer;   ///< JSON pointer to the value at fault; "" for the whole record
  std::string rule;      ///< what is asked for there, one line
};

/// Checks a record, one JSON text without its line end, against the model of its family that knows
/// it. Thread-safe. A text that is no JSON is refused at its root.
tl::expected<void, Refusal> check(Family family, std::string_view json);

/// Checks likewise, and gives what `ralph validate` prints of the record: its values written anew,
/// null or defaults for what is absent, extensions under names of Ralph's own.
tl::expected<std::string, Refusal> printed(Family family, std::string_view json);

}  // namespace lectern::models
