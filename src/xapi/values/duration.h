#pragma once

#include <optional>
#include <string_view>

namespace lectern::xapi {

/// The seconds of a duration (is_duration() in validate.h). Nothing where it is none, or counts
/// years or months, which have no fixed length; a zero of them is no time.
std::optional<double> seconds_of(std::string_view duration);

}  // namespace lectern::xapi
