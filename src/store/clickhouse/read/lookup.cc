#include "store/clickhouse/read/lookup.h"

namespace lectern::store::clickhouse {
namespace {

std::string quoted_uuids(std::span<const Uuid> ids) {
  std::string sql = "(";
  for (const Uuid& id : ids) {
    sql += sql.size() > 1 ? ",'" : "'";
    id.append_to(sql);
    sql += '\'';
  }
  return sql + ")";
}

/// The text, or "" for one that is longer.
std::string event_up_to(std::size_t bytes_max) {
  if (bytes_max >= static_cast<std::size_t>(INT64_MAX)) return "event";
  return "if(length(event) > " + std::to_string(bytes_max) + ", '', event)";
}

}  // namespace

tl::unexpected<Error> unreadable(std::string_view table) {
  return fail(Code::unavailable, "The database is not available",
              "the answer about " + std::string(table) + " cannot be read");
}

Result<std::vector<Reservation>> reservations_of(Server& server, const TableNames& names,
                                                 std::span<const Uuid> ids, Deadline deadline) {
  std::vector<Reservation> reservations;
  if (ids.empty()) return reservations;
  const KeyList keys(ids);
  TRY(const auto answer, keys.select(server,
                                     "SELECT id, stored, hash, timestamp, owner,"
                                     " dateDiff('microsecond', at, now64(6)), state FROM " +
                                         names.ids + " WHERE id IN " + keys.ids(),
                                     deadline));
  RowReader reader(answer);
  while (reader.more()) {
    Reservation reservation;
    reservation.position.id = reader.id();
    reservation.position.stored = time_of(reader.i64());
    reservation.fingerprint.hash = reader.fixed();
    if (const auto timestamp = reader.i64(); timestamp != no_timestamp)
      reservation.fingerprint.timestamp = time_of(timestamp);
    reservation.owner = reader.i64();
    reservation.age_us = reader.i64();
    reservation.state = static_cast<ReservationState>(reader.u8());
    reservations.push_back(reservation);
  }
  if (!reader.ok()) return unreadable(names.ids);
  return reservations;
}

Result<std::set<xapi::Position>> committed(Server& server, const TableNames& names,
                                           std::span<const xapi::Position> positions,
                                           Deadline deadline) {
  std::set<xapi::Position> found;
  if (positions.empty()) return found;
  const KeyList keys(positions);
  TRY(const auto answer, keys.select(server,
                                     "SELECT stored, id FROM " + names.rows +
                                         " WHERE (stored, id) IN " + keys.places(),
                                     deadline));
  RowReader reader(answer);
  while (reader.more()) {
    const Time stored = time_of(reader.i64());
    found.insert({stored, reader.id()});
  }
  if (!reader.ok()) return unreadable(names.rows);
  return found;
}

Result<std::vector<StatementRow>> rows_at(Server& server, const TableNames& names,
                                          std::span<const xapi::Position> positions,
                                          std::size_t text_bytes_max, Deadline deadline) {
  std::vector<StatementRow> rows;
  if (positions.empty()) return rows;
  const KeyList keys(positions);
  // Without PREWHERE: with it each of the scattered granules is sought twice.
  TRY(const auto answer,
      keys.select(server,
                  "SELECT stored, id, flags, id IN (SELECT id FROM " + names.marks +
                      " WHERE kind = 1 AND id IN " + keys.ids() + "), toInt64(length(event)), " +
                      event_up_to(text_bytes_max) + " FROM " + names.rows +
                      " WHERE (stored, id) IN " + keys.places() +
                      " SETTINGS optimize_move_to_prewhere = 0",
                  deadline));
  RowReader reader(answer);
  while (reader.more()) {
    StatementRow row;
    row.position.stored = time_of(reader.i64());
    row.position.id = reader.id();
    row.flags = reader.u8();
    row.voided = reader.u8() != 0;
    row.text_bytes = static_cast<std::size_t>(reader.i64());
    row.json = reader.string();
    rows.push_back(std::move(row));
  }
  if (!reader.ok()) return unreadable(names.rows);
  return rows;
}

Result<std::vector<Uuid>> voided(Server& server, const TableNames& names, std::span<const Uuid> ids,
                                 Deadline deadline) {
  std::vector<Uuid> found;
  if (ids.empty()) return found;
  const KeyList keys(ids);
  TRY(const auto answer,
      keys.select(server,
                  "SELECT id FROM " + names.marks + " WHERE kind = 1 AND id IN " + keys.ids(),
                  deadline));
  RowReader reader(answer);
  while (reader.more()) found.push_back(reader.id());
  if (!reader.ok()) return unreadable(names.marks);
  return found;
}

Result<std::vector<Event>> events_of(Server& server, const TableNames& names,
                                     std::span<const Uuid> ids, std::size_t text_bytes_max,
                                     Deadline deadline) {
  std::vector<Event> events;
  if (ids.empty()) return events;
  TRY(const auto answer,
      server.select("SELECT event_id, toInt64(toUnixTimestamp64Micro(emission_time)),"
                    " toInt64(length(event)), " +
                        event_up_to(text_bytes_max) + " FROM " + names.events +
                        " WHERE event_id IN " + quoted_uuids(ids) +
                        " ORDER BY emission_time, event LIMIT 1 BY event_id",
                    deadline));
  RowReader reader(answer);
  while (reader.more()) {
    Event event;
    event.id = reader.uuid();
    event.emission_time = time_of(reader.i64());
    event.text_bytes = static_cast<std::size_t>(reader.i64());
    event.json = reader.string();
    events.push_back(std::move(event));
  }
  if (!reader.ok()) return unreadable(names.events);
  return events;
}

Result<std::size_t> count_events(Server& server, const TableNames& names, std::span<const Uuid> ids,
                                 Deadline deadline) {
  if (ids.empty()) return std::size_t{0};
  TRY(const auto answer, server.select("SELECT toInt64(uniqExact(event_id)) FROM " + names.events +
                                           " WHERE event_id IN " + quoted_uuids(ids),
                                       deadline));
  RowReader reader(answer);
  const auto count = static_cast<std::size_t>(reader.i64());
  if (!reader.ok()) return unreadable(names.events);
  return count;
}

}  // namespace lectern::store::clickhouse
