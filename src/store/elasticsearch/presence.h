#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>

#include "store/elasticsearch/cluster.h"
#include "store/elasticsearch/writers.h"
#include "store/statement_store.h"
#include "store/stored_clock.h"

namespace lectern::store::elasticsearch {

/// Hands out `stored`, and knows the instant below which no process that uses this cluster will
/// store anything any more. Each process keeps an entry in one document (writers.h): its floor, at
/// or below which it stores nothing more, and its ceiling, beyond which it tells nobody that the
/// store is consistent.
///
/// Why that holds although clocks differ: before a process hands out its first `stored` it has
/// entered its floor and, in the same compare-and-set, read the ceilings of all others, above which
/// it then stays. So whoever answered without having seen that floor answered less than any
/// `stored` that followed. A process that could not renew its entry for 3 s hands out nothing
/// before it has joined anew; whoever sees an entry stand still for 15 s counts its process as
/// dead. Thread-safe.
class Presence {
 public:
  Presence(Cluster& cluster, const Settings& settings);
  Presence(const Presence&) = delete;
  Presence& operator=(const Presence&) = delete;
  /// Takes the entry back, so that the others need not wait for it.
  ~Presence();

  /// Rows on their way in, from their stamp to the end of everything that append() does with them.
  class Underway {
   public:
    Underway(Underway&& other) noexcept;
    Underway& operator=(Underway&&) = delete;
    ~Underway();
    /// Nobody knows whether the rows were stored: they may turn up for `grace` from now on.
    void doubtful(std::chrono::milliseconds grace) { grace_ = grace; }

   private:
    friend class Presence;
    Underway(Presence& presence, Time first) : presence_(&presence), first_(first) {}
    Presence* presence_;
    Time first_;
    std::chrono::milliseconds grace_{0};
  };

  /// Sets `stored` of the rows, rising, and writes it into their texts. Errors: unavailable.
  Result<Underway> stamp(std::span<Row* const> rows, Deadline deadline);

  /// The instant up to which nothing more will be stored, by any process; and a number of what
  /// happened so far: two answers with the same one lie so that between them no process of this
  /// cluster stored anything that is at or before the second instant.
  struct Settled {
    Time through;
    std::uint64_t happened = 0;
  };
  /// Errors: unavailable.
  Result<Settled> settled(Deadline deadline);

  /// The latest `stored` that was found in an index.
  void raise(Time stored);

 private:
  using Steady = std::chrono::steady_clock::time_point;

  bool fresh_locked(std::chrono::milliseconds age) const;
  Time floor_locked();
  Result<void> renew(Deadline deadline, bool writing);
  void run();

  Writers writers_;

  std::timed_mutex renewing_;  // one renewal at a time; taken before mutex_

  std::mutex mutex_;
  std::condition_variable wake_;
  // Guarded by mutex_:
  StoredClock clock_;
  std::map<Time, std::optional<Steady>> underway_;  // by first stamp; until when, if doubtful
  bool registered_ = false;                         // our floor is in the document
  bool alone_ = true;                               // as of the last renewal
  bool stopping_ = false;
  std::optional<Steady> renewed_;  // when the last successful renewal began
  Steady used_{}, wrote_{};        // the last call, the last stamp()
  Time ceiling_{};                 // ours, as the others can see it
  Time others_floor_ = Time::max();
  // Rises when rows begin and end to be on their way, and when others may have stored some.
  std::uint64_t happened_ = 0;

  std::thread thread_;
};

}  // namespace lectern::store::elasticsearch
