#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "models/check.h"

namespace lectern::models {

namespace openedx {
struct Known;
}

/// Whose statements come out of an event that several know.
enum class Like : std::uint8_t {
  ralph,
  openedx,    ///< Open edX's own event-routing-backends
  only_ralph  ///< what Ralph does not know stays unknown
};

/// What a conversion needs to know beside the event.
struct ConvertOptions {
  std::string uuid_namespace;  ///< a UUID: ids of statements, or of users, are version 5 in it
  std::string platform_url;
  Like like = Like::only_ralph;
  /// As event-routing-backends has it, also where it breaks the standard.
  bool exact = false;
  const openedx::Known* known = nullptr;  ///< outlives the conversions; may be absent
};

/// What is mended in statements of event-routing-backends, unless they are wanted exact.
enum class Repair : std::uint8_t {
  object_type,  ///< GroupActivity is none of xAPI's
  activity_id,  ///< the code of an attempt is no IRI
  duration,     ///< the length of a video is not the time that was spent
  score,        ///< out of 0, or more than the maximum
  response      ///< an answer in Python's notation
};
constexpr std::size_t repairs_count = 5;
/// For a person: "scores out of 0, or beyond the maximum" ...
std::string_view name_of(Repair repair);

/// What became of an event.
struct Converted {
  std::string statements;  ///< one, or several with line ends between them
  std::array<std::uint32_t, repairs_count> repairs{};  ///< how often, by Repair

  /// Counts one.
  void repaired(Repair repair) { ++repairs[static_cast<std::size_t>(repair)]; }
};
/// That, or why there is none.
using Conversion = tl::expected<Converted, Refusal>;

/// Converts one event of Open edX. Ralph's ids come from the bytes of `edx_event`, so its line end,
/// where the input had one, belongs to it; those of event-routing-backends from actor, time and
/// verb. Thread-safe.
Conversion convert(std::string_view edx_event, const ConvertOptions& options);

}  // namespace lectern::models
