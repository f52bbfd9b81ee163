#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <vector>

#include "store/clickhouse/client/server.h"
#include "store/clickhouse/schema/layout.h"

namespace lectern::store::clickhouse {

/// What a process says about how far it is.
struct Announcement {
  Uuid process;
  Time low;             ///< all that it wrote up to here is visible, and nothing more will be
  bool active = false;  ///< it may store something above low; else nothing is under way
  Time at;              ///< when the server took it, by its clock
  /// It is active, and may write to Ralph's table before it looks who else has reserved an id.
  bool alone = false;
};

/// The table in which the processes that write to one target tell each other how far they are, and
/// the clock that they all follow. Thread-safe. Errors: unavailable.
class WritersTable {
 public:
  virtual ~WritersTable() = default;

  /// The server's clock, read within the call.
  virtual Result<Time> clock(Deadline deadline) = 0;
  struct Beginning {
    Time now;
    Time latest;  ///< of what was stored and told so far, but for what lies a day ahead
  };
  /// The same for who does not know the clock yet.
  virtual Result<Beginning> beginning(Deadline deadline) = 0;
  /// Adds an entry, whose `at` the server sets. After `until`, by its clock, it is not taken.
  virtual Result<void> tell(const Announcement& entry, std::optional<Time> until,
                            Deadline deadline) = 0;
  struct Told {
    Time now;  ///< the server's clock, at the table's state or somewhat later
    std::vector<Announcement> entries;
  };
  /// Entries of all processes that are no older than `age`, and those since `from`.
  virtual Result<Told> read(std::chrono::seconds age, std::optional<Time> from,
                            Deadline deadline) = 0;
};

/// The one in a ClickHouse server. Says once in the log when it meets a process of version 0.1,
/// which does not wait for one that is alone.
class ServerWritersTable final : public WritersTable {
 public:
  /// Both must outlive it.
  ServerWritersTable(Server& server, const TableNames& names) : server_(server), names_(names) {}

  Result<Time> clock(Deadline deadline) override { return server_.now(deadline); }
  Result<Beginning> beginning(Deadline deadline) override;
  Result<void> tell(const Announcement& entry, std::optional<Time> until,
                    Deadline deadline) override;
  Result<Told> read(std::chrono::seconds age, std::optional<Time> from, Deadline deadline) override;

 private:
  Server& server_;
  const TableNames& names_;
  std::atomic<bool> met_older_{false};
};

}  // namespace lectern::store::clickhouse
