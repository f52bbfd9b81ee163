#include "lrs/selection/horizon.h"

#include <algorithm>
#include <thread>

namespace lectern::lrs {
namespace {

constexpr std::chrono::milliseconds horizon_poll{20};

}  // namespace

Result<Time> horizon_of(Lrs& lrs, const store::Context& context, const std::optional<Time>& until) {
  using Clock = std::chrono::steady_clock;
  const auto give_up = std::min(context.deadline, Clock::now() + window_wait_max);
  for (;;) {
    TRY(const Time horizon, stores_of(lrs).statements.consistent_through(context));
    // What lies ahead of the clock nobody has promised.
    if (!until || horizon >= *until || *until > now() || Clock::now() > give_up) return horizon;
    std::this_thread::sleep_for(horizon_poll);
  }
}

}  // namespace lectern::lrs
