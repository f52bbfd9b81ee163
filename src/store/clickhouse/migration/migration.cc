#include "store/clickhouse/migration/migration.h"

#include <algorithm>
#include <set>
#include <unordered_set>

#include "base/log.h"
#include "store/clickhouse/migration/conflicting_ids.h"
#include "store/clickhouse/migration/unmigrated_rows.h"
#include "store/clickhouse/schema/event_row.h"

namespace lectern::store::clickhouse {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t places_at_once = 5'000;
constexpr std::size_t reasons_max = 10;
/// Of one chunk: a migration as a whole has no bound but the caller's.
constexpr std::chrono::seconds chunk_max{120};

}  // namespace

Result<std::uint64_t> ClickHouseMigration::count(const Context& context) {
  TRY(TargetTables* const table, statements_.target_of(context.target));
  RETURN_IF_ERROR(table->prepare(context.deadline));
  return count_missing(table->server(), table->names(), table->names().rows, context.deadline);
}

Result<std::vector<ClickHouseMigration::EventCursor>> ClickHouseMigration::next_events(
    TargetTables& table, const std::optional<EventCursor>& after, Deadline deadline) {
  std::string sql = "SELECT toInt64(toUnixTimestamp64Micro(emission_time)), event_id FROM " +
                    table.names().events;
  if (after) {
    const auto emission = "fromUnixTimestamp64Micro(" + std::to_string(after->emission_us) + ")";
    sql += " WHERE emission_time >= " + emission + " AND (emission_time > " + emission +
           " OR event_id > toUUID('" + after->id.text() + "'))";
  }
  sql += " ORDER BY emission_time, event_id LIMIT " + std::to_string(places_at_once);
  TRY(const auto answer, table.server().select(sql, deadline, chunk_max));
  std::vector<EventCursor> places;
  RowReader reader(answer);
  while (reader.more()) {
    const auto emission_us = reader.i64();
    places.push_back({emission_us, reader.uuid()});
  }
  if (!reader.ok()) return unreadable(table.names().events);
  return places;
}

Result<void> ClickHouseMigration::complete(TargetTables& table, std::span<const EventCursor> places,
                                           bool dry_run, MigrationProgress& progress,
                                           Deadline deadline) {
  std::set<Uuid> unique;
  for (const EventCursor& place : places) unique.insert(place.id);
  std::vector<Uuid> ids(unique.begin(), unique.end());
  TRY(const auto reservations, reservations_of(table.server(), table.names(), ids, deadline));
  std::vector<xapi::Position> positions;
  for (const Reservation& reservation : reservations) positions.push_back(reservation.position);
  TRY(const auto there, committed(table.server(), table.names(), positions, deadline));
  for (const auto& position : there) unique.erase(position.id);
  // What a view refused is taken when it is sent again, and then seen by the view.
  for (const Reservation& reservation : reservations) {
    if (reservation.state != ReservationState::refused ||
        unique.erase(reservation.position.id) == 0)
      continue;
    ++progress.unreadable;
    if (progress.reasons.size() < reasons_max)
      progress.reasons.push_back(reservation.position.id.text() +
                                 ": ClickHouse refused it, a view perhaps; it is taken when it is "
                                 "sent again");
  }
  // A reservation without a row, that is young, is being written.
  for (const Reservation& reservation : reservations)
    if (reservation.state == ReservationState::reserved &&
        reservation.age_us < std::chrono::microseconds{silence_max}.count())
      unique.erase(reservation.position.id);
  if (unique.empty()) return {};
  ids.assign(unique.begin(), unique.end());
  TRY(const auto events, events_of(table.server(), table.names(), ids, SIZE_MAX, deadline));
  std::vector<Row> rows;
  for (const Event& event : events) {
    auto row = row_of_event(event);
    if (row) {
      rows.push_back(std::move(*row));
      continue;
    }
    ++progress.unreadable;
    if (progress.reasons.size() < reasons_max)
      progress.reasons.push_back(event.id.text() + ": " + row.error().message);
  }
  progress.done += rows.size();
  if (dry_run) return {};
  RETURN_IF_ERROR(table.complete(std::move(rows), deadline));
  return {};
}

Result<MigrationProgress> ClickHouseMigration::run(
    const Context& context, bool dry_run,
    const std::function<bool(const MigrationProgress&)>& report) {
  TRY(TargetTables* const table, statements_.target_of(context.target));
  MigrationProgress progress;
  TRY(progress.total, count(context));
  std::optional<EventCursor> last;
  while (report(progress)) {
    const auto deadline = std::min(context.deadline, Clock::now() + chunk_max);
    TRY(const auto places, next_events(*table, last, deadline));
    if (places.empty()) break;
    RETURN_IF_ERROR(complete(*table, places, dry_run, progress, deadline));
    last = places.back();
  }
  TRY(const auto conflicting, conflicting_ids(table->server(), table->names(), context.deadline));
  for (const Uuid& id : conflicting) {
    const auto what = id.text() + ": " + table->names().events +
                      " holds statements under this id that differ; Lectern shows the one it took";
    log::warning("clickhouse: {}", what);
    if (progress.reasons.size() < reasons_max) progress.reasons.push_back(what);
  }
  return progress;
}

}  // namespace lectern::store::clickhouse
