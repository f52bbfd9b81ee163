#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "base/concurrency/mutex.h"
#include "store/testing/model/checker.h"
#include "store/testing/model/history.h"

namespace lectern::store::model {

/// A process with its number in the history.
struct Running {
  int number = 0;
  std::unique_ptr<Process> process;
};

/// The processes that run now, each in a slot of its own. Thread-safe.
class Processes {
 public:
  explicit Processes(int count) : count_(static_cast<std::size_t>(count)), slots_(count_) {}

  std::size_t count() const { return count_; }
  /// Null while none runs there.
  std::shared_ptr<Running> at(std::size_t slot) {
    const MutexLock lock(mutex_);
    return slots_[slot];
  }
  /// Gives back what was there.
  std::shared_ptr<Running> exchange(std::size_t slot, std::shared_ptr<Running> other) {
    const MutexLock lock(mutex_);
    std::swap(slots_[slot], other);
    return other;
  }

 private:
  const std::size_t count_;
  Mutex mutex_;
  std::vector<std::shared_ptr<Running>> slots_ GUARDED_BY(mutex_);
};

/// What clients know of each other's statements and documents. Thread-safe.
class Shared {
 public:
  /// Statements that are sent together.
  struct Batch {
    int number = 0;
    std::vector<history::Sent> sent;
  };

  explicit Shared(std::uint32_t seed) : random_(seed) {}

  /// Up to five statements: new ones, ones that somebody else sends too, under their ids or with
  /// another text, ones that void or refer to others.
  Batch make_batch();
  /// One that is to be sent again, since nobody knows what became of it.
  std::optional<Batch> take_unknown();
  void put_unknown(Batch batch);
  /// Some of what was sent.
  std::vector<Uuid> some_ids();
  std::vector<Uuid> all_ids();
  /// What some statement refers to.
  std::vector<Uuid> targets();
  /// A document that is in use, or from now on.
  std::string some_document();

 private:
  std::size_t up_to(std::size_t most) REQUIRES(mutex_) {
    return std::uniform_int_distribution<std::size_t>(0, most)(random_);
  }
  bool once_in(std::size_t times) REQUIRES(mutex_) { return up_to(times - 1) == 0; }
  Uuid new_id() REQUIRES(mutex_);
  history::Sent make_statement() REQUIRES(mutex_);

  Mutex mutex_;
  std::mt19937 random_ GUARDED_BY(mutex_);
  int batches_ GUARDED_BY(mutex_) = 0;
  int texts_ GUARDED_BY(mutex_) = 0;
  int documents_ GUARDED_BY(mutex_) = 0;
  std::vector<history::Sent> sent_ GUARDED_BY(mutex_);  // plain ones may be voided and referred to
  std::vector<Uuid> plain_ GUARDED_BY(mutex_);
  std::vector<Uuid> targets_ GUARDED_BY(mutex_);
  // Ids under which several clients send something soon:
  std::deque<Uuid> coming_ GUARDED_BY(mutex_);
  std::deque<Batch> unknown_ GUARDED_BY(mutex_);
};

/// The statement as a row, with its text as its actor and its note.
Row row_of(const history::Sent& sent);
/// The text of a statement as it is stored.
std::string text_of(const std::string& json);

/// Sends a batch; false: nobody knows what became of it.
bool append(const Running& running, const Context& context, const Shared::Batch& batch,
            history::Recorder& recorder);
/// All of a list; std::nullopt: somebody did not answer.
std::optional<history::Reading> read(Processes& processes, const std::string& target,
                                     history::Recorder& recorder, history::Reading reading,
                                     const std::function<std::size_t()>& next_slot);

/// Somebody who does one thing after the other, each at any process.
class ModelClient {
 public:
  ModelClient(Processes& processes, const Deployment& place, Shared& shared,
              history::Recorder& recorder, std::uint32_t seed)
      : processes_(processes),
        deployment_(place),
        shared_(shared),
        recorder_(recorder),
        random_(seed) {}

  /// One thing, chosen by the seed: sends, reads, walks or writes a document.
  void do_something();

 private:
  std::size_t up_to(std::size_t most) {
    return std::uniform_int_distribution<std::size_t>(0, most)(random_);
  }
  Context context();
  void append();
  void read_window();
  void walk();
  void look();
  void use_document();
  void write_document(DocumentStore& documents, history::DocumentOperation operation,
                      const Running& running);

  Processes& processes_;
  const Deployment& deployment_;
  Shared& shared_;
  history::Recorder& recorder_;
  std::mt19937 random_;
  std::optional<Time> read_until_;  // of its windows
  int values_ = 0;
};

/// Asks how far the store is consistent, and writes it down.
std::optional<Time> ask_promise(const Running& running, const Context& context,
                                history::Recorder& recorder);

}  // namespace lectern::store::model
