#pragma once

#include <cstddef>

#include "models/convert.h"
#include "models/openedx/event.h"

namespace lectern::models::openedx {

/// Whether tables/openedx has a rule for the event.
bool knows(const Event& event);

/// Most questions that an event is converted with, and bytes that their statements may have
/// together: each repeats much of the event.
inline constexpr std::size_t questions_max = 1000;
inline constexpr std::size_t questions_bytes_max = std::size_t{4} << 20U;

/// Makes the statements of an event that it knows, one a line: one, or of a problem with several
/// questions one for the whole and one for each, within the bounds above. Errors: unknown, for an
/// event of nobody; others where a member is missing that its statement needs, or a bound is
/// passed. Thread-safe.
Conversion conversion(const Event& event, const ConvertOptions& options);

}  // namespace lectern::models::openedx
