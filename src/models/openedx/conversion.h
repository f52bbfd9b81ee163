#pragma once

#include "models/convert.h"
#include "models/openedx/event.h"

namespace lectern::models::openedx {

/// Whether tables/openedx has a rule for the event.
bool knows(const Event& event);

/// Makes the statements of an event that it knows, one a line: one, or of a problem with several
/// questions one for the whole and one for each. Errors: unknown, for an event of nobody; others
/// where a member is missing that its statement needs. Thread-safe.
Conversion conversion(const Event& event, const ConvertOptions& options);

}  // namespace lectern::models::openedx
