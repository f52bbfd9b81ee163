#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time/time.h"

namespace lectern::store {

/// What one process tells the others about how far it is.
struct WriterEntry {
  /// Nothing of this process will be stored at or before it; nothing: it stores nothing at all
  /// before it has changed its entry.
  std::optional<Time> floor;
  Time ceiling{};                ///< it tells nobody that the store is consistent beyond it
  std::set<std::string> places;  ///< indices or collections in which it may store something
};

/// A process that stopped in the middle: its entry stands still, and has a floor.
struct DeadWriter {
  std::string process;
  WriterEntry entry;
};

/// The place in a database where the processes that write into it keep an entry each. Not
/// thread-safe.
class WriterRegistry {
 public:
  /// What the others say.
  struct Others {
    bool any = false;      ///< one is at work
    bool touched = false;  ///< one was there or came by since the last exchange
    Time floor = Time::max();
    Time ceiling{};
    std::vector<DeadWriter> dead;  ///< their floors count until they are retired
  };

  virtual ~WriterRegistry() = default;

  /// Writes our entry, and then, or as one, reads the others: an entry that another process wrote
  /// before it read ours is among them. Errors: unavailable, internal.
  virtual Result<Others> exchange(const WriterEntry& own, Deadline deadline) = 0;
  /// Reads the others alone; those that stand still count as if they were alive.
  virtual Result<Others> look(Deadline deadline) = 0;
  /// What this process left behind is in order: the next exchange() takes its entry away.
  void retire(const DeadWriter& dead) { retired_.insert(dead.process); }
  /// Takes our entry away. Errors: as exchange().
  virtual Result<void> leave(Deadline deadline) = 0;
  /// The wall clock of the database, read within the call. Errors: as exchange().
  virtual Result<Time> database_now(Deadline deadline) = 0;

 protected:
  /// An entry as it was read.
  struct Read {
    std::int64_t beat = 0;  ///< rises with each change
    WriterEntry entry;
  };
  /// Sums up what was read, by process and without our own, and remembers who stands still; what is
  /// retired is put into `retired` and left out. `now` is when it was read.
  Others sum_up(const std::map<std::string, Read>& all, std::set<std::string>& retired,
                std::chrono::steady_clock::time_point now = std::chrono::steady_clock::now());

 private:
  struct Seen {
    std::int64_t beat = 0;
    std::chrono::steady_clock::time_point since;  // when this process first saw that beat
  };
  std::map<std::string, Seen> seen_;
  std::set<std::string> retired_;
};

}  // namespace lectern::store
