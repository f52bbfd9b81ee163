#pragma once

#include <chrono>
#include <optional>

#include "base/result.h"
#include "base/time/time.h"
#include "lrs/lrs.h"

namespace lectern::lrs {

/// How long a list waits for an instant that another process may have promised.
inline constexpr std::chrono::milliseconds window_wait_max{1'500};

/// The instant up to which a walk that begins now sees. What another process has promised, this one
/// reaches within a moment: a window up to there waits for it instead of being cut short
/// (docs/CONSISTENCY.md, W5). Errors: unavailable.
Result<Time> horizon_of(Lrs& lrs, const store::Context& context, const std::optional<Time>& until);

}  // namespace lectern::lrs
