#include "store/clickhouse/watermark/writers.h"

#include "base/log.h"
#include "store/clickhouse/client/row_binary.h"

namespace lectern::store::clickhouse {
namespace {

/// Version 0.1 says 1 where later ones say 3, and takes all but 0 for active.
constexpr std::uint8_t says_idle = 0, says_active_as_0_1 = 1, says_alone = 2, says_active = 3;

constexpr std::string_view server_micros = "toInt64(toUnixTimestamp64Micro(now64(6)))";

}  // namespace

Result<WritersTable::Beginning> ServerWritersTable::beginning(Deadline deadline) {
  // The latest row bounds the clock from below, unless it says it is of another day than today:
  // Ralph kept whatever a client sent as `stored`.
  // The same of what others have told, should the clock have been set back.
  const std::string micros(server_micros);
  const auto latest_of = [&](std::string_view column, const std::string& table) {
    return "assumeNotNull((SELECT max(" + std::string(column) + ") FROM " + table + " WHERE " +
           std::string(column) + " < " + micros + " + 86400000000))";
  };
  TRY(const auto answer,
      server_.select("SELECT " + micros + ", greatest(" + latest_of("stored", names_.rows) + ", " +
                         latest_of("low", names_.writers) + ")",
                     deadline));
  RowReader reader(answer);
  Beginning beginning;
  beginning.now = time_of(reader.i64());
  beginning.latest = time_of(reader.i64());
  if (!reader.ok()) return fail(Code::unavailable, "The database is not available", "no clock");
  return beginning;
}

Result<void> ServerWritersTable::tell(const Announcement& entry, std::optional<Time> until,
                                      Deadline deadline) {
  RowWriter row;
  row.fixed(entry.process);
  row.i64(micros_of(entry.low));
  row.u8(entry.alone ? says_alone : entry.active ? says_active : says_idle);
  return server_.insert({.table = names_.writers,
                         .columns = "process FixedString(16), low Int64, active UInt8",
                         .rows = 1,
                         .body = row.bytes(),
                         .until = until,
                         .repeatable = true},
                        deadline);
}

Result<WritersTable::Told> ServerWritersTable::read(std::chrono::seconds age,
                                                    std::optional<Time> from, Deadline deadline) {
  std::string since = "now64(6) - INTERVAL " + std::to_string(age.count()) + " SECOND";
  if (from)
    since = "least(" + since + ", fromUnixTimestamp64Micro(" + std::to_string(micros_of(*from)) +
            ", 'UTC'))";
  // One row whatever there is. Without PREWHERE, which costs more than the few rows it saves.
  std::string sql = "SELECT ";
  sql += server_micros;
  sql += ", groupArray((process, toInt64(toUnixTimestamp64Micro(at)), low, active)) FROM " +
         names_.writers + " WHERE at > " + since + " SETTINGS optimize_move_to_prewhere = 0";
  TRY(const auto answer, server_.select(sql, deadline));
  RowReader reader(answer);
  Told told;
  told.now = time_of(reader.i64());
  for (auto count = reader.size(); count > 0 && reader.more(); --count) {
    Announcement& entry = told.entries.emplace_back();
    entry.process = reader.id();
    entry.at = time_of(reader.i64());
    entry.low = time_of(reader.i64());
    const auto says = reader.u8();
    entry.active = says != says_idle;
    entry.alone = says == says_alone;
    if (says == says_active_as_0_1 && !met_older_.exchange(true))
      log::warning(
          "clickhouse: a process of version 0.1 writes to {} too: of one id sent to both at once "
          "both may store a statement, so stop it",
          names_.events);
  }
  if (!reader.ok()) return fail(Code::unavailable, "The database is not available", "no clock");
  return told;
}

}  // namespace lectern::store::clickhouse
