#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>

#include "base/concurrency/mutex.h"
#include "base/result.h"
#include "base/time/time.h"
#include "store/document_store.h"

namespace lectern::lrs {

/// Lets those who read, change and write the same document in this process do it one after the
/// other, first come, first served: else one of many would succeed, and all others begin anew.
/// Other processes are met by the store's compare-and-set alone. Thread-safe.
class DocumentQueue {
  struct Lane {
    Mutex mutex;
    Condition moved;
    std::deque<std::uint64_t> queue GUARDED_BY(mutex);  // who is on, and behind it who waits
    std::uint64_t last GUARDED_BY(mutex) = 0;
  };

 public:
  /// One caller's turn; ends with it.
  class Turn {
   public:
    Turn(Turn&& other) noexcept : lane_(std::exchange(other.lane_, nullptr)) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn();

   private:
    friend class DocumentQueue;
    explicit Turn(Lane& lane) : lane_(&lane) {}
    Lane* lane_;
  };

  /// Waits for the turn at this document. Errors: unavailable, after the deadline.
  Result<Turn> wait(const store::Context& context, const store::DocumentKey& key);

 private:
  // Documents share lanes: a few wait for others without need.
  std::array<Lane, 256> lanes_;
};

}  // namespace lectern::lrs
