#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

#include <rocksdb/write_batch.h>

#include "store/embedded/database.h"
#include "store/embedded/values.h"
#include "store/stored_clock.h"

namespace lectern::store::embedded {

struct Posting {
  PostingKey key;
  std::optional<VerbMark> mark;

  bool operator<(const Posting& other) const { return key < other.key; }
};

/// Writes that go to disk together.
struct Group {
  rocksdb::WriteBatch batch;
  /// Postings to be added; they go in sorted, so that the memtable finds each place near the last.
  std::vector<Posting> postings;
  /// Keys that are being written and that other jobs decide by.
  std::unordered_set<std::string> touched;

  bool empty() const { return batch.Count() == 0 && postings.empty(); }
};

/// Something to be written after a look at what is there.
class Job {
 public:
  enum class Step {
    prepared,    ///< its writes are in the group
    after_flush  ///< it depends on what the group is about to write: nothing was added
  };

  virtual ~Job() = default;
  /// Adds its writes to the group; `clock` gives `stored`. Runs in the committing thread, which is
  /// the only one that writes what jobs look at. Is called again after `after_flush`, then with an
  /// empty group. With an error, what was added is taken back.
  virtual Result<Step> prepare(Group& group, StoredClock& clock) = 0;

 private:
  friend class Committer;
  enum class State { waiting, taken, done };
  // Guarded by the committer's mutex:
  State state_ = State::waiting;
  Result<void> outcome_;
};

/// The one thread that writes statements and documents. Jobs that wait at the same time share one
/// write and one sync of the log, so the order of commits is the order of `stored`.
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
  Result<void> run(Job& job, Deadline deadline);

  /// See StatementStore::consistent_through().
  Time consistent_through();

 private:
  void work();
  void commit(const std::vector<Job*>& jobs);
  Result<Job::Step> prepare(Job& job, Group& group);
  void add_postings(Group& group);
  /// Writes the group and answers the jobs that are in it.
  void write(Group& group, std::vector<Job*>& jobs);
  void warn_of_clock();
  void answer(Job& job, Result<void> outcome);

  Database& database_;

  std::mutex mutex_;
  std::condition_variable arrived_, done_;
  // Guarded by mutex_:
  std::deque<Job*> waiting_;
  bool stop_ = false;
  bool busy_ = false;  // the thread works on a group: clock_ is its own
  Time committed_;     // everything up to here is visible, and nothing will come at or before it
  // Guarded by mutex_ unless busy_:
  StoredClock clock_;

  // The committing thread's own:
  std::chrono::steady_clock::time_point clock_warning_{};  // when the next one may be logged

  std::thread thread_;
};

/// What to say where the newest statement lies ahead of the clock.
std::string text_of_clock_ahead(Time newest);

}  // namespace lectern::store::embedded
