#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>

#include "store/statement_store.h"
#include "store/stored_clock.h"

namespace lectern::store::elasticsearch {

/// Knows what of an index may be listed. A search sees only what was there at the last refresh; so
/// rows that are still on their way keep the horizon below them, and a search beyond the last
/// refresh asks for another one. Searches share refreshes, and at most half of the time is spent
/// refreshing. Thread-safe.
class Horizon {
 public:
  /// Rows on their way in, from their stamp to the end of everything that append() does with them.
  class Underway {
   public:
    Underway(Horizon& horizon, Time first) : horizon_(&horizon), first_(first) {}
    ~Underway();
    Underway(const Underway&) = delete;
    Underway& operator=(const Underway&) = delete;

    /// Nobody knows whether the rows were stored: they may turn up for `grace` from now on.
    void doubtful(std::chrono::milliseconds grace) { grace_ = grace; }
    /// Rows that were there before were changed too.
    void changed_others() { changed_others_ = true; }

   private:
    Horizon* horizon_;
    Time first_;
    std::chrono::milliseconds grace_{0};
    bool changed_others_ = false;
  };

  /// Sets `stored` of the rows, rising, and writes it into their texts.
  Underway stamp(std::span<Row* const> rows);

  /// The latest `stored` that the index was found to hold.
  void raise(Time stored);

  /// The instant below which nothing of this process will appear any more.
  Time reached();

  /// Returns when a search sees everything up to `until` (nothing: all that is settled now),
  /// calling `refresh` if it must.
  Result<void> make_visible(std::optional<Time> until, Deadline deadline,
                            const std::function<Result<void>()>& refresh);

 private:
  Time settled_locked();
  /// Waits for the refresh that is running, or for the next one to be due.
  Result<void> wait_locked(std::unique_lock<std::mutex>& lock, Deadline deadline);
  Result<void> refresh_locked(std::unique_lock<std::mutex>& lock,
                              const std::function<Result<void>()>& refresh);

  std::mutex mutex_;
  std::condition_variable refreshed_;
  // Guarded by mutex_:
  StoredClock clock_;
  std::map<Time, std::optional<Deadline>> underway_;  // by first stamp; until when if doubtful
  Time visible_through_{};
  std::uint64_t changes_ = 0, visible_changes_ = 0;  // of rows that were there before
  bool refreshing_ = false;
  Deadline next_refresh_{};
};

}  // namespace lectern::store::elasticsearch
