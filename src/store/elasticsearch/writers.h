#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/uuid.h"
#include "store/elasticsearch/bulk.h"

namespace lectern::store::elasticsearch {

/// The document in which the processes that use one cluster tell each other how far they are:
///
///   <default index>-lectern-writers/_doc/writers =
///     { "processes": { <UUID>: { beat, floor, ceiling } } }     ; microseconds since 1970
///
/// `beat` rises with each change; without `floor` the process promises to store nothing before it
/// has changed its entry. Not thread-safe.
class Writers {
 public:
  struct Entry {
    std::int64_t beat = 0;
    std::optional<Time> floor;
    Time ceiling;
  };
  /// What the others say.
  struct Others {
    bool any = false;      ///< one is at work
    bool touched = false;  ///< one was there or came by since the last exchange
    Time floor = Time::max();
    Time ceiling{};
  };

  Writers(Cluster& cluster, std::string index) : cluster_(cluster), index_(std::move(index)) {}

  /// Puts our entry in place of the old one and reads the others, as one. Entries that stand still
  /// for `dead_after` are left out. Errors: unavailable, internal.
  Result<Others> exchange(Entry own, std::chrono::milliseconds dead_after, Deadline deadline);
  /// Takes our entry away. Errors: as exchange().
  Result<void> leave(Deadline deadline);

 private:
  using Steady = std::chrono::steady_clock::time_point;
  struct Seen {
    std::int64_t beat = 0;
    Steady since;  // when this process first saw that beat
  };
  using Entries = std::map<std::string, Entry>;
  struct Read {
    Entries entries;
    std::string condition;  // under which to write
    Version version;
  };

  Result<Read> read(Deadline deadline);
  /// False: another process was faster.
  Result<bool> write(const Read& read, Deadline deadline);

  Cluster& cluster_;
  const std::string index_;
  const std::string self_ = Uuid::random().text();
  bool prepared_ = false;
  std::int64_t beat_ = 0;
  Version written_;  // of the document as this process left it
  std::map<std::string, Seen> seen_;
};

}  // namespace lectern::store::elasticsearch
