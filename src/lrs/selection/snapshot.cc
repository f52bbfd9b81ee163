#include "lrs/selection/snapshot.h"

#include <algorithm>
#include <thread>

namespace lectern::lrs {
namespace {

constexpr std::chrono::milliseconds snapshot_poll{20};

}  // namespace

Result<Time> snapshot_of(Lrs& lrs, const store::Context& context,
                         const std::optional<Time>& until) {
  using Clock = std::chrono::steady_clock;
  const auto give_up = std::min(context.deadline, Clock::now() + window_wait_max);
  for (;;) {
    TRY(const Time through, stores_of(lrs).statements.consistent_through(context));
    // What lies ahead of the clock nobody has promised.
    if (!until || through >= *until || *until > now() || Clock::now() > give_up) return through;
    std::this_thread::sleep_for(snapshot_poll);
  }
}

}  // namespace lectern::lrs
