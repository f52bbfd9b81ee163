#pragma once

#include <chrono>
#include <optional>

#include "base/result.h"
#include "base/time/time.h"
#include "lrs/lrs.h"

namespace lectern::lrs {

/// How long a list waits for an instant that another process may have promised.
inline constexpr std::chrono::milliseconds window_wait_max{1'500};

/// The snapshot that a walk works on: the instant up to which it sees, fixed when it begins, so
/// that no page shifts while others write. What another process has promised, this one reaches
/// within a moment: a window up to there waits for it instead of being cut short
/// (docs/CONSISTENCY.md, W5). Errors: unavailable.
Result<Time> snapshot_of(Lrs& lrs, const store::Context& context, const std::optional<Time>& until);

}  // namespace lectern::lrs
