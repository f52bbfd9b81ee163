#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "base/concurrency/mutex.h"
#include "store/common/watermark/visibility_watermark.h"

namespace lectern::store::elasticsearch {

/// Knows what a search in an index sees: what was there at the last refresh. A search beyond that
/// asks for another one, unless nothing was stored in between. Searches share refreshes, and at
/// most half of the time is spent refreshing. Thread-safe.
class SearchRefresh {
 public:
  explicit SearchRefresh(VisibilityWatermark& watermark) : watermark_(watermark) {}

  /// Statements that were there before were changed: until the next refresh searches see them as
  /// they were.
  void changed();

  /// Returns when a search sees everything up to `until` (nothing: all that is settled now),
  /// calling `refresh` if it must.
  Result<void> reach(std::optional<Time> until, Deadline deadline,
                     const std::function<Result<void>()>& refresh);

 private:
  /// Waits for the refresh that is running, or for the next one to be due.
  Result<void> wait_locked(Deadline deadline) REQUIRES(mutex_);
  Result<void> refresh_locked(Deadline deadline, const std::function<Result<void>()>& refresh)
      REQUIRES(mutex_);

  VisibilityWatermark& watermark_;
  Mutex mutex_;
  Condition refreshed_;
  Time visible_through_ GUARDED_BY(mutex_){};
  // As of VisibilityWatermark::Settled, before a refresh:
  std::optional<std::uint64_t> visible_happened_ GUARDED_BY(mutex_);
  std::uint64_t changes_ GUARDED_BY(mutex_) = 0;
  std::uint64_t visible_changes_ GUARDED_BY(mutex_) = 0;
  std::uint64_t begun_ GUARDED_BY(mutex_) = 0;  // refreshes; the last one that was done
  std::uint64_t done_ GUARDED_BY(mutex_) = 0;
  bool refreshing_ GUARDED_BY(mutex_) = false;
  Deadline next_refresh_ GUARDED_BY(mutex_){};
};

}  // namespace lectern::store::elasticsearch
