#pragma once

#include <optional>
#include <string_view>

#include "base/json/json.h"
#include "base/time/time.h"

namespace lectern::xapi {

/// Whether Ralph 5.1's `POST /xAPI/statements` takes this statement: a strict actor, a verb and an
/// object with an `id`, and anything else as it comes. Refused here, though Ralph takes it, is what
/// no store could be asked for: ids of verb and object that are no text or empty, a statement's own
/// id that is no UUID with dashes, and a timestamp that ralph_time() cannot read. For statements
/// that break the standard; one that keeps it need not be asked about.
bool ralph_takes(json::Value statement);

/// The instant of a timestamp as senders to Ralph write it: what parse_time() reads, and a bare
/// date (its midnight, UTC) or the zone `-00:00` (UTC).
std::optional<Time> ralph_time(std::string_view text);

}  // namespace lectern::xapi
