#pragma once

#include <chrono>

#include "base/metrics.h"

namespace lectern::lrs {

/// What the verbs count. References into the registry, which outlives it.
struct Counters {
  explicit Counters(metrics::Registry& registry);

  metrics::Counter& stored;
  metrics::Counter& known;
  metrics::Counter& conflicts;
  metrics::Counter& invalid;           ///< of a batch that is refused whole, the first one alone
  metrics::Histogram& append_seconds;  ///< of the store's append, a batch each
  metrics::Histogram& query_seconds;   ///< of the store's query, a page each
};

/// Times a piece of work: observes the seconds from its making to its end.
class Timer {
 public:
  explicit Timer(metrics::Histogram& histogram)
      : histogram_(histogram), begin_(std::chrono::steady_clock::now()) {}
  ~Timer() {
    histogram_.observe(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count());
  }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

 private:
  metrics::Histogram& histogram_;
  const std::chrono::steady_clock::time_point begin_;
};

}  // namespace lectern::lrs
