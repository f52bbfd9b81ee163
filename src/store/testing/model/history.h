#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/concurrency/mutex.h"
#include "base/time/time.h"
#include "base/uuid.h"

/// For tests: what clients asked of processes that share one place, what they were answered, and
/// whether that keeps to docs/CONSISTENCY.md.
namespace lectern::store::history {

/// An instant of one monotonic clock for the whole history, since it began.
using Moment = std::chrono::microseconds;

/// From when a client asked until it had its answer. Who never had one was not answered at all, or
/// heard that nobody knows: his request may take effect at any time after `begun`.
struct Span {
  Moment begun{};
  Moment ended{};
};

/// What a client was told of a statement.
enum class Answer {
  stored,    ///< new
  known,     ///< the same statement was there
  conflict,  ///< another one was there
  refused,   ///< not stored, since another of its batch was in conflict
};

/// A statement as it was sent.
struct Sent {
  Uuid id;
  std::string text;  ///< what tells it from others under its id
  std::optional<Uuid> voids = {};
  std::optional<Uuid> refers_to = {};
};

/// One try to store a batch, which is refused as a whole when one statement is in conflict.
struct Append {
  int process = 0;  ///< a process that is started again has another number
  Span span;
  int batch = 0;  ///< tries with the same number send the same statements
  std::vector<Sent> sent;
  std::vector<Answer> answers;  ///< of each; empty: nobody knows what became of it
  std::vector<Time> stored;     ///< of each, where the answer is `stored`
};

/// A process said that the store is consistent through this instant.
struct Promise {
  int process = 0;
  Span span;
  Time through;
};

/// A statement as somebody saw it.
struct Seen {
  Uuid id;
  std::string text;
  Time stored;
  bool voided = false;  ///< as far as the reader is told: lists leave such statements out
};

/// A list, read to its end: since < stored <= until, where until had been promised by a process
/// before it began. Windows (`since` is the `until` of another one) and walks alike.
struct Reading {
  Span span;
  std::optional<Time> since;
  Time until;
  bool ascending = false;
  std::vector<Seen> rows;  ///< in the order of the pages
};

/// Statements that were asked for by id.
struct Look {
  Span span;
  std::vector<Uuid> ids;
  std::vector<Seen> found;
};

/// Who filters by what only one statement carries gets that one, and who refers to it.
struct Referring {
  Span span;
  Uuid target;
  std::vector<Uuid> ids;
};

/// A document was asked for, written, or removed.
struct DocumentOperation {
  /// What was done to a document.
  enum class Kind { get, put, erase } kind = Kind::get;
  Span span;
  std::string key;
  std::string value;  ///< what was written, or what was there; "": nothing was there
  /// For put and erase, what had to be there: "" for nothing; std::nullopt: whatever there was.
  std::optional<std::string> expected = {};
  /// Of put and erase: whether it was done. std::nullopt: nobody knows.
  std::optional<bool> done = {};
};

/// All of it. What stands in the last readings and looks, after everything has settled, is the
/// truth that the others are held against: there must be a reading without since at the end.
struct History {
  std::vector<Append> appends;
  std::vector<Promise> promises;
  std::vector<Reading> readings;
  std::vector<Look> looks;
  std::vector<Referring> referring;
  std::vector<DocumentOperation> documents;
  std::map<std::string, int> faults;  ///< how often the world did what to them
};

/// Writes a history down. Thread-safe.
class Recorder {
 public:
  Moment now() const {
    return std::chrono::floor<Moment>(std::chrono::steady_clock::now() - began_);
  }
  void add(Append one) { add_to(&History::appends, std::move(one)); }
  void add(Promise one) { add_to(&History::promises, std::move(one)); }
  void add(Reading one) { add_to(&History::readings, std::move(one)); }
  void add(Look one) { add_to(&History::looks, std::move(one)); }
  void add(Referring one) { add_to(&History::referring, std::move(one)); }
  void add(DocumentOperation one) { add_to(&History::documents, std::move(one)); }
  /// Counts a fault of that name.
  void add_fault(const std::string& name) {
    const MutexLock lock(mutex_);
    ++history_.faults[name];
  }
  /// To be called when nobody writes any more.
  const History& history() const { return history_; }

 private:
  template <typename One>
  void add_to(std::vector<One> History::*where, One one) {
    const MutexLock lock(mutex_);
    (history_.*where).push_back(std::move(one));
  }

  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  Mutex mutex_;
  History history_ GUARDED_BY(mutex_);
};

/// What breaks an invariant, a sentence each that begins with its name; at most `faults_max`.
std::vector<std::string> faults_of(const History& history);
inline constexpr std::size_t faults_max = 20;

/// W13 alone: the operations on one document must have an order, in keeping with their spans, in
/// which each answer is right. "": they have one. Those of unknown outcome may stand anywhere
/// behind their beginning, or nowhere. Takes time that is exponential in how many run at once.
std::string fault_of_document(std::vector<DocumentOperation> operations);

}  // namespace lectern::store::history
