#pragma once

#include <chrono>
#include <functional>
#include <type_traits>

#include "base/result.h"
#include "pipeline/interrupt.h"

namespace lectern::pipeline {

/// Waits before the attempt behind this one, 0.5 s and each time twice as long, and says so in the
/// log. False: that was the last attempt, or the interrupt has come.
bool wait_to_try_again(int attempt, const Error& error, const Interrupt& interrupt);

/// Calls `attempt` until it does not answer `unavailable`, six times at most, within 16 s and what
/// the calls take.
template <typename Attempt>
std::invoke_result_t<Attempt> tried_again(const Interrupt& interrupt, Attempt attempt) {
  for (int number = 1;; ++number) {
    auto outcome = attempt();
    if (outcome || outcome.error().code != Code::unavailable) return outcome;
    if (!wait_to_try_again(number, outcome.error(), interrupt)) return outcome;
  }
}

}  // namespace lectern::pipeline
