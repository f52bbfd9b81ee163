#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>

#include "store/common/visibility_watermark.h"

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
  Result<void> wait_locked(std::unique_lock<std::mutex>& lock, Deadline deadline);
  Result<void> refresh_locked(std::unique_lock<std::mutex>& lock, Deadline deadline,
                              const std::function<Result<void>()>& refresh);

  VisibilityWatermark& watermark_;
  std::mutex mutex_;
  std::condition_variable refreshed_;
  // Guarded by mutex_:
  Time visible_through_{};
  std::optional<std::uint64_t>
      visible_happened_;  // as of VisibilityWatermark::Settled, before a refresh
  std::uint64_t changes_ = 0, visible_changes_ = 0;
  std::uint64_t begun_ = 0, done_ = 0;  // refreshes; the last one that was done
  bool refreshing_ = false;
  Deadline next_refresh_{};
};

}  // namespace lectern::store::elasticsearch
