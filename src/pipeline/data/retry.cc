#include "pipeline/data/retry.h"

#include <poll.h>

#include "base/error_text.h"
#include "base/log.h"

namespace lectern::pipeline {

bool wait_to_try_again(int attempt, const Error& error, const Interrupt& interrupt) {
  constexpr int attempts_max = 6;
  if (attempt >= attempts_max || interrupt.stopped()) return false;
  const int wait_ms = 500 << (attempt - 1);
  log::warning("{}: trying again in {:.1f} s", whole_text(error), wait_ms / 1000.0);
  pollfd waited{interrupt.descriptor(), POLLIN, 0};
  poll(&waited, 1, wait_ms);
  return !interrupt.stopped();
}

}  // namespace lectern::pipeline
