#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "store/mongo/client.h"
#include "store/stored_clock.h"

namespace lectern::store::mongo {

/// Hands out `stored`, and knows the instant up to which every process that writes into this
/// database has finished: what consistent_through() answers.
///
/// Each process keeps a document in the collection `lectern.writers`:
///   { _id: a UUID of the process, beat: rises with each change,
///     floor: microseconds; nothing of this process will be stored at or before it (absent: it
///            promises to write nothing before it has changed this document),
///     ceiling: microseconds; it tells nobody that the store is consistent beyond it }
///
/// Why the answer is true although clocks differ: before a process hands out its first `stored` it
/// has written its floor, and then read the ceilings of all others and gone above them. So whoever
/// answered without having seen that floor answered less than any `stored` that followed.
/// A process that could not renew its document for 3 s hands out nothing before it has joined anew;
/// whoever sees a document stand still for 15 s, longer than such a process's inserts may take,
/// counts it as dead. Thread-safe.
class Horizon {
 public:
  /// How long an insert may take in the server: what outlives it is ended there.
  static constexpr std::chrono::milliseconds insert_max{10'000};

  Horizon(Pool& pool, std::string database);
  Horizon(const Horizon&) = delete;
  Horizon& operator=(const Horizon&) = delete;
  /// Tells the others that they need not wait for this process, if the database answers.
  ~Horizon();

  /// The instants of a batch, while it is being inserted. Nobody's horizon passes them.
  class Batch {
   public:
    Batch(Batch&& other) noexcept : horizon_(other.horizon_), first_(other.first_) {
      other.horizon_ = nullptr;
    }
    Batch& operator=(Batch&&) = delete;
    ~Batch();
    /// The instant of the batch's n-th row.
    Time at(std::size_t index) const { return first_ + std::chrono::microseconds(index); }

   private:
    friend class Horizon;
    Batch(Horizon& horizon, Time first) : horizon_(&horizon), first_(first) {}
    Horizon* horizon_;
    Time first_;
  };

  /// Instants for a batch of so many rows. Errors: unavailable.
  Result<Batch> begin(std::size_t rows, Deadline deadline);
  /// See StatementStore::consistent_through.
  Result<Time> consistent_through(Deadline deadline);

 private:
  using Steady = std::chrono::steady_clock::time_point;
  struct Other {
    std::int64_t beat = 0;
    Steady since;  // when this process first saw that beat
  };

  bool fresh(std::chrono::milliseconds age) const;
  Time own_floor();
  Result<void> renew(Deadline deadline, bool writing);
  Result<void> write_own(Client& client, bool writing, Time floor, Time ceiling);
  Result<Time> read_others(Client& client);
  Result<void> remove_dead(Client& client, const std::vector<Uuid>& dead);
  void run();

  Pool& pool_;
  const std::string database_;
  const Uuid self_ = Uuid::random();

  std::timed_mutex renewing_;  // one renewal at a time; taken before mutex_
  std::int64_t beat_ = 0;
  std::map<Uuid, Other> others_;

  std::mutex mutex_;
  std::condition_variable wake_;
  // Guarded by mutex_:
  StoredClock clock_;
  std::multiset<Time> under_way_;
  bool registered_ = false;  // our floor is in the database
  bool stopping_ = false;
  std::optional<Steady> renewed_;  // when the last successful renewal began
  Steady used_;                    // the last call
  Steady wrote_;                   // the last begin()
  Time ceiling_{};                 // ours, as the others can see it
  Time others_floor_ = Time::max();

  std::thread thread_;
};

}  // namespace lectern::store::mongo
