#include "store/mongo/left_behind.h"

#include <algorithm>

#include "base/log.h"

namespace lectern::store::mongo {
namespace {

using std::chrono::microseconds;

constexpr std::size_t deletes_at_once = 1'000;
/// What is stamped lies no further beyond the ceiling of the last renewal.
constexpr auto beyond_ceiling =
    VisibilityWatermark::renewed_within + 2 * VisibilityWatermark::clock_differs_max;

std::int64_t count_of(Time time) { return time.time_since_epoch().count(); }

std::optional<MarkedRow> marked_row_of(View document) {
  const auto id = field(document, "lectern.id");
  const auto stored = field(document, "lectern.stored");
  const auto mark = field(document, "lectern.batch");
  const auto shared = field(document, "lectern.shared");
  const auto uuid = id ? id->uuid() : std::nullopt;
  const auto instant = stored ? stored->integer() : std::nullopt;
  const auto text = mark ? mark->text() : std::nullopt;
  if (!uuid || !instant || !text) return std::nullopt;
  return MarkedRow{*uuid, Time(microseconds(*instant)), std::string(*text),
                   shared && shared->truth()};
}

/// The marked rows of a collection that the process may have stored since it told its last floor.
Result<std::vector<MarkedRow>> marked_rows(Client& client, const std::string& database,
                                           const std::string& collection,
                                           const WriterEntry& entry) {
  Bson range, filter, fields, options;
  range.integer("$gt", count_of(*entry.floor))
      .integer("$lte", count_of(std::max(entry.ceiling, *entry.floor) + beyond_ceiling));
  filter.object("lectern.stored", range);
  fields.small("_id", 0);
  for (const char* name : {"lectern.id", "lectern.stored", "lectern.batch", "lectern.shared"})
    fields.small(name, 1);
  options.object("projection", fields);
  std::vector<MarkedRow> rows;
  RETURN_IF_ERROR(client.find(database, collection, filter, options, [&](View document) {
    if (auto row = marked_row_of(document)) rows.push_back(std::move(*row));
    return true;
  }));
  return rows;
}

}  // namespace

Result<void> delete_rows(Client& client, const std::string& database, const std::string& collection,
                         std::span<const MarkedRow> rows) {
  for (std::size_t begin = 0; begin < rows.size(); begin += deletes_at_once) {
    Array deletes;
    for (const auto& row : rows.subspan(begin, std::min(deletes_at_once, rows.size() - begin))) {
      Bson filter, not_shared, erase;
      not_shared.flag("$ne", true);
      filter.uuid("lectern.id", row.id)
          .integer("lectern.stored", count_of(row.stored))
          .object("lectern.shared", not_shared);
      deletes.object(erase.object("q", filter).small("limit", 1));
    }
    Bson command;
    command.text("delete", collection).array("deletes", deletes.get());
    TRY(const auto written, client.write_bulk(database, std::move(command)));
    if (!written.errors.empty())
      return fail(Code::internal, "MongoDB refused a command", written.errors[0].message);
  }
  return {};
}

Result<void> take_back_left_behind(Pool& pool, const std::string& database, const DeadWriter& dead,
                                   Deadline deadline) {
  TRY(auto client, pool.lease(deadline));
  for (const auto& collection : dead.entry.places) {
    TRY(const auto rows, marked_rows(client, database, collection, dead.entry));
    const auto broken = rows_of_broken_batches(rows, dead.process);
    if (broken.empty()) continue;
    RETURN_IF_ERROR(delete_rows(client, database, collection, broken));
    log::warning(
        "{} rows of unfinished batches of process {}, which has died, were taken back from {}",
        broken.size(), dead.process, collection);
  }
  return {};
}

}  // namespace lectern::store::mongo
