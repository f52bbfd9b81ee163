#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "base/concurrency/mutex.h"
#include "base/uuid.h"
#include "store/common/watermark/stored_clock.h"
#include "store/common/watermark/timing.h"
#include "store/common/watermark/writer_registry.h"

namespace lectern::store {

/// Which rows of a database came in one batch, as each of them says: a text `i/n/p`, the i-th of n
/// rows (i from 0) of process p. Row i was stored i microseconds after the first.
struct BatchMark {
  std::size_t index = 0;
  std::size_t rows = 0;
  std::string process;

  /// As a row bears it.
  std::string text() const;
  /// Nothing for a text that text() cannot have made.
  static std::optional<BatchMark> parse(std::string_view text);
};

/// A row that bears a mark, as who looks after a dead process finds it.
struct MarkedRow {
  Uuid id;
  Time stored;
  std::string mark;
  bool shared = false;  ///< somebody was answered with it: it stays whatever becomes of its batch
};

/// Those of `rows` that belong to batches of `process` of which not all rows are there, and that
/// may be taken back.
std::vector<MarkedRow> rows_of_broken_batches(const std::vector<MarkedRow>& rows,
                                              std::string_view process);

/// How often a process that is in use renews its entry, and how far beyond now it may promise.
struct WatermarkRhythm {
  std::chrono::milliseconds renew_every{150};
  std::chrono::milliseconds ceiling_ahead{350};
};

/// How often a process tells the others how far it is, and what it does besides.
struct WatermarkOptions {
  /// Puts in order what a dead process left half done: takes it back, or completes it.
  using Sweep = std::function<Result<void>(const DeadWriter& dead, Deadline deadline)>;

  WatermarkRhythm among_others;
  WatermarkRhythm alone;
  /// A promise may lag behind by so much before a call renews the entry itself.
  std::chrono::milliseconds viewed_within{250};
  /// After so long without a write the others need not wait for us.
  std::chrono::milliseconds writing_for{60'000};
  /// Joins at once, so that the first statement need not wait for it.
  bool joins_at_once = false;
  Sweep sweep = {};
  Timing* timing = &Timing::real();  ///< must outlive the watermark
};

/// Hands out `stored`, and knows the watermark of a database that several processes write into: the
/// instant at or below which none of them will store anything more (docs/CONSISTENCY.md). Each
/// keeps an entry in the registry: its floor, at or below which it stores nothing more, and its
/// ceiling, beyond which it promises nothing to anybody.
///
/// Why that holds although clocks differ: before a process hands out its first `stored` it has
/// written its floor and then read the ceilings of all others, above which it stays. So whoever
/// promised something without having seen that floor promised less than any `stored` that followed.
/// For the same reason what was promised once stays true, and the promise never goes back.
/// A process that could not renew its entry for 3 s hands out nothing, and sends nothing again,
/// before it has joined anew; whoever sees an entry stand still for 15 s takes back what its
/// process left half done, and then counts it as dead. Thread-safe.
class VisibilityWatermark {
 public:
  /// How long an insert may take in the server.
  static constexpr std::chrono::milliseconds insert_max{10'000};
  /// Without a renewal for so long a process hands out nothing.
  static constexpr std::chrono::milliseconds renewed_within{3'000};
  /// An entry that stands still for so long is that of a dead process; and so long after an answer
  /// was lost its request may still be carried out.
  static constexpr std::chrono::milliseconds dead_after =
      renewed_within + insert_max + std::chrono::milliseconds{2'000};
  /// From here on a difference of clocks is told in the log, and from here on nothing is written.
  static constexpr std::chrono::milliseconds clock_differs_warn{1'000};
  static constexpr std::chrono::milliseconds clock_differs_max{5'000};
  /// Of rows that are in doubt, in memory; beyond it nothing new is begun.
  static constexpr std::size_t unsettled_bytes_max = 64UL * 1024 * 1024;

  /// `self` is the name of the process in the registry.
  VisibilityWatermark(std::unique_ptr<WriterRegistry> registry, Uuid self,
                      WatermarkOptions options);
  VisibilityWatermark(const VisibilityWatermark&) = delete;
  VisibilityWatermark& operator=(const VisibilityWatermark&) = delete;
  ~VisibilityWatermark() { stop(); }

  /// Settles what is in doubt, for 3 s at most, and then takes the entry away, so that the others
  /// need not wait for it. Where something stays in doubt the entry stays and grows old. Nothing
  /// may be called afterwards.
  void stop();

  /// How a batch of which nobody knows what became is to be finished.
  struct Settling {
    Deadline deadline;  ///< nothing is sent after it
    /// This process was cut off for so long that the others may have taken it for dead: what of the
    /// batch is not there by now must never be. A part of it is taken back.
    bool lapsed = false;
  };
  /// Finishes such a batch. True: everything is in order; false: not yet. Called by a thread of the
  /// watermark, again and again, while the others can see that this process is alive; must call
  /// nothing of the watermark but settled(). Errors: unavailable, for as long as the database does
  /// not answer.
  using Settle = std::function<Result<bool>(const Settling& settling)>;

  /// The instants of a batch, from their stamp to the end of everything that append() does with
  /// them. The watermark does not pass them.
  class Batch {
   public:
    Batch(Batch&& other) noexcept;
    Batch& operator=(Batch&&) = delete;
    ~Batch();
    /// The instant of the batch's n-th row.
    Time at(std::size_t index) const { return first_ + std::chrono::microseconds(index); }
    /// What that row bears, for the case that this process dies.
    BatchMark mark(std::size_t index) const;
    /// Whether it may be sent once more as it is: the others can see that this process is alive.
    bool is_live() const;
    /// It stays under way until `settle` has said that it is done. `bytes` is what that keeps.
    void settle_later(std::size_t bytes, Settle settle);

   private:
    friend class VisibilityWatermark;
    Batch(VisibilityWatermark& watermark, Time first, std::size_t rows)
        : watermark_(&watermark), first_(first), rows_(rows) {}
    VisibilityWatermark* watermark_;
    Time first_;
    std::size_t rows_;
    bool unsettled_ = false;
  };

  /// Instants for a batch of so many rows of an index or collection. Errors: unavailable.
  Result<Batch> begin(const std::string& place, std::size_t rows, Deadline deadline);

  /// The watermark, never less than it was; and a number of what happened so far: two answers with
  /// the same one lie so that between them no process stored anything that is at or before the
  /// second instant.
  struct Settled {
    Time through;
    std::uint64_t happened = 0;
  };
  /// When the entry cannot be written it is what was promised last. Errors: unavailable, when
  /// nothing was promised yet and the database does not answer.
  Result<Settled> settled(Deadline deadline);
  /// Waits until the watermark has reached `stored`. False: not by the deadline.
  Result<bool> await(Time stored, Deadline deadline);

  /// The latest `stored` that was found in an index.
  void raise(Time stored);

  /// Whether the entry could not be written lately, although the database was asked to.
  bool is_kept_from_writing();

 private:
  using Steady = std::chrono::steady_clock::time_point;
  struct Underway {
    std::string place;
    bool lapsed = false;
  };
  struct Unsettled {
    Time first;
    std::size_t bytes = 0;
    Settle settle;
  };

  Deadline sooner(Deadline deadline, std::chrono::milliseconds timeout) const;
  /// Gives up the lock until somebody calls wake_all(), or for so long.
  void wait_for(Condition& condition, std::chrono::milliseconds time) REQUIRES(mutex_);
  bool fresh_locked(std::chrono::milliseconds age) const REQUIRES(mutex_);
  bool live_locked() const REQUIRES(mutex_);
  bool ready_locked(const std::string& place) const REQUIRES(mutex_);
  void notice_lapse_locked() REQUIRES(mutex_);
  Time floor_locked() REQUIRES(mutex_);
  Settled promise_locked(Time through) REQUIRES(mutex_);
  std::set<std::string> places_locked() REQUIRES(mutex_);
  Result<void> check_clock_locked() const REQUIRES(mutex_);
  Result<void> renew(Deadline deadline, const std::string* place);
  Result<WriterRegistry::Others> exchange(const WriterEntry& own, Deadline deadline)
      REQUIRES(renewing_);
  Result<void> look(Deadline deadline);
  void end(Time first);
  void settle_one() REQUIRES(mutex_);
  void sweep_one() REQUIRES(mutex_);
  void compare_clocks() REQUIRES(renewing_);
  void run();
  void run_settling();

  const Uuid self_;
  const WatermarkOptions options_;
  Timing& timing_;

  TimedMutex renewing_;  // one renewal at a time; taken before mutex_
  const std::unique_ptr<WriterRegistry> registry_ PT_GUARDED_BY(renewing_);
  bool silent_ GUARDED_BY(renewing_) = false;  // the database has not answered for a while
  int asked_in_vain_ GUARDED_BY(renewing_) = 0;

  Mutex mutex_;
  Condition wake_, wake_settling_;
  StoredClock clock_ GUARDED_BY(mutex_);
  std::map<Time, Underway> underway_ GUARDED_BY(mutex_);  // by first stamp
  // Of those, the ones that nobody else finishes:
  std::deque<Unsettled> unsettled_ GUARDED_BY(mutex_);
  std::size_t unsettled_bytes_ GUARDED_BY(mutex_) = 0;
  std::vector<DeadWriter> dead_ GUARDED_BY(mutex_);          // to be swept
  std::map<std::string, Steady> places_ GUARDED_BY(mutex_);  // where something was stored lately
  std::set<std::string> told_ GUARDED_BY(mutex_);            // those of them that our entry names
  bool registered_ GUARDED_BY(mutex_) = false;               // our floor is in the registry
  bool alone_ GUARDED_BY(mutex_) = true;                     // as of the last renewal
  bool stopping_ GUARDED_BY(mutex_) = false;
  bool stopped_ GUARDED_BY(mutex_) = false;
  Steady stop_settling_at_ GUARDED_BY(mutex_){};
  std::optional<Steady> renewed_ GUARDED_BY(mutex_);  // when the last successful renewal began
  // The last one that was not successful, unless one was since:
  std::optional<Steady> failed_ GUARDED_BY(mutex_);
  Steady used_ GUARDED_BY(mutex_){};   // the last call
  Steady wrote_ GUARDED_BY(mutex_){};  // the last begin()
  Time ceiling_ GUARDED_BY(mutex_){};  // ours, as the others can see it
  Time others_floor_ GUARDED_BY(mutex_) = Time::max();
  Time promised_ GUARDED_BY(mutex_){};  // the latest answer of settled()
  // Rises when rows begin and end to be on their way, and when others may have stored some.
  std::uint64_t happened_ GUARDED_BY(mutex_) = 0;
  // Of ours before the database's:
  std::optional<std::chrono::milliseconds> clock_ahead_ GUARDED_BY(mutex_);

  std::thread thread_, settling_;
};

}  // namespace lectern::store
