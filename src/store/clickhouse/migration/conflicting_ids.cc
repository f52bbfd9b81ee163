#include "store/clickhouse/migration/conflicting_ids.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>

#include "store/clickhouse/schema/event_row.h"

namespace lectern::store::clickhouse {
namespace {

constexpr std::int64_t ids_at_once = 5'000'000;
constexpr std::size_t texts_at_once = 200;
constexpr std::chrono::seconds pass_max{120};

/// Those that stand more than once, of one pass among several.
Result<std::vector<Uuid>> repeated_ids(Server& server, const TableNames& names, std::int64_t pass,
                                       std::int64_t passes, Deadline deadline) {
  std::string where;
  if (passes > 1)
    where =
        " WHERE cityHash64(event_id) % " + std::to_string(passes) + " = " + std::to_string(pass);
  TRY(const auto answer,
      server.select("SELECT event_id FROM " + names.events + where +
                        " GROUP BY event_id HAVING count() > 1 ORDER BY event_id LIMIT " +
                        std::to_string(repeated_ids_max),
                    deadline, pass_max));
  std::vector<Uuid> ids;
  RowReader reader(answer);
  while (reader.more()) ids.push_back(reader.uuid());
  if (!reader.ok()) return unreadable(names.events);
  return ids;
}

Result<void> add_conflicting(Server& server, const TableNames& names, std::span<const Uuid> ids,
                             std::vector<Uuid>& conflicting, Deadline deadline) {
  std::string list;
  for (const Uuid& id : ids) list += (list.empty() ? "'" : ",'") + id.text() + "'";
  TRY(const auto answer, server.select("SELECT event_id, event FROM " + names.events +
                                           " WHERE event_id IN (" + list + ")",
                                       deadline, pass_max));
  std::map<Uuid, xapi::Fingerprint> first;
  std::set<Uuid> differing;
  RowReader reader(answer);
  while (reader.more()) {
    Event event;
    event.id = reader.uuid();
    event.json = reader.string();
    const auto row = row_of_event(event);
    if (!row) continue;
    const auto [at, is_new] = first.try_emplace(event.id, row->fingerprint);
    if (!is_new && !xapi::equivalent(at->second, row->fingerprint)) differing.insert(event.id);
  }
  if (!reader.ok()) return unreadable(names.events);
  conflicting.insert(conflicting.end(), differing.begin(), differing.end());
  return {};
}

}  // namespace

Result<std::vector<Uuid>> conflicting_ids(Server& server, const TableNames& names,
                                          Deadline deadline) {
  TRY(const auto answer,
      server.select("SELECT toInt64(count()) FROM " + names.events, deadline, pass_max));
  RowReader reader(answer);
  const auto passes = reader.i64() / ids_at_once + 1;
  if (!reader.ok()) return unreadable(names.events);
  std::vector<Uuid> conflicting;
  for (std::int64_t pass = 0; pass < passes; ++pass) {
    TRY(const auto repeated, repeated_ids(server, names, pass, passes, deadline));
    for (std::span<const Uuid> rest(repeated); !rest.empty();) {
      const auto some = rest.first(std::min(rest.size(), texts_at_once));
      rest = rest.subspan(some.size());
      RETURN_IF_ERROR(add_conflicting(server, names, some, conflicting, deadline));
    }
  }
  return conflicting;
}

}  // namespace lectern::store::clickhouse
