#pragma once

#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <rocksdb/write_batch.h>

#include "base/concurrency/fair_queue.h"
#include "base/concurrency/mutex.h"
#include "store/common/watermark/stored_clock.h"
#include "store/embedded/database.h"
#include "store/embedded/format/values.h"
#include "store/embedded/write/posting_buffer.h"

namespace lectern::store::embedded {

class Job;

/// Writes that go to disk together.
struct Group {
  rocksdb::WriteBatch batch;
  /// Postings to be added that stand alone; they go in sorted, so that the memtable finds each
  /// place near the last.
  std::vector<Posting> postings;
  /// Postings that are gathered with those of other commits, once this one is on disk.
  std::vector<Posting> gathered;
  /// Of the large batches that it ends: own postings, which stand alone, and KiB of texts; and the
  /// newest of their rows, as order.
  std::size_t alone = 0;
  std::uint64_t newest_alone = ~std::uint64_t{0};
  /// Keys that are being written and that other jobs decide by.
  std::unordered_set<std::string> touched;
  /// Jobs that are done in slices and have begun, by their target. Outlives the group's writes.
  std::unordered_map<TargetNumber, const Job*> in_slices;
  /// Keys that such jobs will write, which others must not decide by before. Outlives them too.
  std::unordered_map<std::string, const Job*> held;
  /// What the batch makes sense only after: all slices before it.
  bool after_slices = false;
  /// The slices behind it make sense only after this one.
  bool before_slices = false;

  bool empty() const { return batch.Count() == 0 && postings.empty(); }
};

/// How much one commit takes of a batch that is written in slices: some 12 ms of a core.
struct SliceBounds {
  std::size_t postings_max = 4'096;
  std::size_t bytes_max = std::size_t{1} << 20;  ///< of bodies; one that is larger is a slice
  /// Slices that a batch has more than, or else it is written in one commit, which costs less.
  std::size_t slices_of_commit_max = 4;
};

/// Something to be written after a look at what is there.
class Job {
 public:
  /// What prepare() has done.
  enum class Step {
    prepared,     ///< its writes are in the group
    after_flush,  ///< it depends on what the group is about to write: nothing was added
    again,        ///< one slice of it is in the group, to be written without what comes behind
    later         ///< it must wait for a job in slices: nothing was added
  };

  virtual ~Job() = default;
  /// Adds its writes to the group; `clock` gives `stored`. Runs in the committing thread, which is
  /// the only one that writes what jobs look at. Is called again unless it was `prepared`: after
  /// `after_flush` at once, with an empty group; after `again` and `later` when others had their
  /// turn. With an error, what was added since the last slice is taken back.
  virtual Result<Step> prepare(Group& group, StoredClock& clock) = 0;
  /// Called in the committing thread when all is on disk, before anyone is told.
  virtual void on_written() {}

 protected:
  /// The job writes rows ahead of the commit that makes them statements: until it is done,
  /// consistent_through() of its target stays before this instant, which nobody was told of yet.
  /// From now on it is carried out whatever its deadline.
  void hide_from(Time stored) { hides_from_ = stored; }

 private:
  friend class Committer;
  enum class State { waiting, taken, done };
  TargetNumber target_ = 0;
  Deadline deadline_ = Deadline::max();
  std::optional<Time> hides_from_;
  // Guarded by the committer's mutex:
  State state_ = State::waiting;
  Result<void> outcome_;
};

/// The one thread that writes statements and documents. Jobs that wait at the same time share one
/// write and one sync of the log, so the order of commits is the order of `stored`. Targets take
/// turns: one job of each comes before the second of any, and long work is done in slices, so one
/// that brings much to do keeps another waiting for one job or slice only. A slice is committed
/// before its job is done.
class Committer {
 public:
  /// Warns, and from time to time again, while `newest_stored` is ahead of the clock.
  Committer(Database& database, Time newest_stored);
  /// Finishes the jobs that wait.
  ~Committer();
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;

  /// Runs the job and returns when its writes are on disk. Thread-safe. Errors: unavailable when
  /// it was not begun by the deadline, or cannot be written; those of prepare().
  Result<void> run(Job& job, TargetNumber target, Deadline deadline);

  /// Gives the next rows these instants: to build a store anew. Nobody else may write.
  void replay(std::deque<Time> instants);

  /// See StatementStore::consistent_through().
  Time consistent_through(TargetNumber target);

 private:
  void work();
  /// Takes jobs, up to so many, and prepares them, until the group should be written.
  void gather(std::size_t jobs_max, const Result<ReopenGate::Pass>& pass) REQUIRES(mutex_);
  Result<Job::Step> prepare(Job& job);
  void add_postings();
  Result<void> write_group();
  /// A slice alone makes nothing that anyone is told of.
  bool is_slice_alone() const {
    return sliced_ != nullptr && prepared_.empty() && !group_.before_slices;
  }
  /// Writes the group and answers the jobs that are in it.
  void write();
  void warn_of_clock();
  void answer(Job& job, Result<void> outcome);
  void end_slices(const Job& job);
  /// Says to others what is in slices now.
  void tell_hidden() REQUIRES(mutex_);

  Database& database_;

  Mutex mutex_;
  Condition arrived_, done_;
  FairQueue<TargetNumber, Job*> waiting_ GUARDED_BY(mutex_);
  bool stop_ GUARDED_BY(mutex_) = false;
  bool busy_ GUARDED_BY(mutex_) = false;  // the thread works on a group: clock_ is its own
  // Everything up to here is visible, and nothing will come at or before it; but for the targets
  // in hidden_, from those instants on.
  Time committed_ GUARDED_BY(mutex_);
  std::unordered_map<TargetNumber, Time> hidden_ GUARDED_BY(mutex_);
  // Guarded by mutex_ unless busy_:
  StoredClock clock_;

  // Of the thread:
  Group group_;
  std::vector<Job*> prepared_;                             // what they write is in group_
  Job* sliced_ = nullptr;                                  // whose slice is in group_
  std::chrono::steady_clock::time_point clock_warning_{};  // when the next one may be logged

  std::thread thread_;
};

/// What to say where the newest statement lies ahead of the clock.
std::string text_of_clock_ahead(Time newest);

}  // namespace lectern::store::embedded
