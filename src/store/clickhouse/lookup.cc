#include "store/clickhouse/lookup.h"

#include "base/assert.h"

namespace lectern::store::clickhouse {
namespace {

std::vector<Uuid> ids_of(std::span<const xapi::Position> positions) {
  std::vector<Uuid> ids;
  for (const auto& position : positions) ids.push_back(position.id);
  return ids;
}

std::set<xapi::Position> set_of(std::span<const xapi::Position> positions) {
  return {positions.begin(), positions.end()};
}

std::string quoted_uuids(std::span<const Uuid> ids) {
  std::string sql = "(";
  for (const Uuid& id : ids) {
    sql += sql.size() > 1 ? ",'" : "'";
    id.append_to(sql);
    sql += '\'';
  }
  return sql + ")";
}

}  // namespace

std::string literal(const Uuid& id) {
  std::string sql;
  append_literal(sql, id.bytes);
  return sql;
}

std::string literals(std::span<const Uuid> ids) {
  LECTERN_ASSERT(!ids.empty());
  std::string sql = "(";
  sql.reserve(ids.size() * 67 + 2);
  for (const Uuid& id : ids) {
    if (sql.size() > 1) sql += ',';
    append_literal(sql, id.bytes);
  }
  return sql + ")";
}

std::string near(std::span<const xapi::Position> positions) {
  std::string sql = "stored IN (";
  for (const auto& position : positions) {
    if (sql.back() != '(') sql += ',';
    sql += std::to_string(micros_of(position.stored));
  }
  return sql + ") AND id IN " + literals(ids_of(positions));
}

tl::unexpected<Error> unreadable(std::string_view table) {
  return fail(Code::unavailable, "The database is not available",
              "the answer about " + std::string(table) + " cannot be read");
}

Result<std::vector<Claim>> claims_of(Server& server, const Names& names, std::span<const Uuid> ids,
                                     Deadline deadline) {
  std::vector<Claim> claims;
  if (ids.empty()) return claims;
  TRY(const auto answer,
      server.select(
          "SELECT id, stored, hash, timestamp, owner, dateDiff('microsecond', at, now64(6)),"
          " state FROM " +
              names.ids + " WHERE id IN " + literals(ids),
          deadline));
  RowReader reader(answer);
  while (reader.more()) {
    Claim claim;
    claim.position.id = reader.id();
    claim.position.stored = time_of(reader.i64());
    claim.fingerprint.hash = reader.fixed();
    if (const auto timestamp = reader.i64(); timestamp != no_timestamp)
      claim.fingerprint.timestamp = time_of(timestamp);
    claim.owner = reader.i64();
    claim.age_us = reader.i64();
    claim.state = static_cast<ClaimState>(reader.u8());
    claims.push_back(claim);
  }
  if (!reader.ok()) return unreadable(names.ids);
  return claims;
}

Result<std::set<xapi::Position>> committed(Server& server, const Names& names,
                                           std::span<const xapi::Position> positions,
                                           Deadline deadline) {
  std::set<xapi::Position> found;
  if (positions.empty()) return found;
  TRY(const auto answer,
      server.select("SELECT stored, id FROM " + names.rows + " WHERE " + near(positions),
                    deadline));
  const auto wanted = set_of(positions);
  RowReader reader(answer);
  while (reader.more()) {
    const Time stored = time_of(reader.i64());
    const xapi::Position position{stored, reader.id()};
    if (wanted.contains(position)) found.insert(position);
  }
  if (!reader.ok()) return unreadable(names.rows);
  return found;
}

Result<std::vector<Kept>> rows_at(Server& server, const Names& names,
                                  std::span<const xapi::Position> positions, Deadline deadline) {
  std::vector<Kept> rows;
  if (positions.empty()) return rows;
  TRY(const auto answer,
      server.select("SELECT stored, id, flags, id IN (SELECT id FROM " + names.marks +
                        " WHERE kind = 1 AND id IN " + literals(ids_of(positions)) +
                        "), event FROM " + names.rows + " WHERE " + near(positions),
                    deadline));
  const auto wanted = set_of(positions);
  RowReader reader(answer);
  while (reader.more()) {
    Kept row;
    row.position.stored = time_of(reader.i64());
    row.position.id = reader.id();
    row.flags = reader.u8();
    row.voided = reader.u8() != 0;
    row.json = reader.string();
    if (wanted.contains(row.position)) rows.push_back(std::move(row));
  }
  if (!reader.ok()) return unreadable(names.rows);
  return rows;
}

Result<std::vector<Event>> events_of(Server& server, const Names& names, std::span<const Uuid> ids,
                                     Deadline deadline) {
  std::vector<Event> events;
  if (ids.empty()) return events;
  TRY(const auto answer,
      server.select("SELECT event_id, toInt64(toUnixTimestamp64Micro(emission_time)), event FROM " +
                        names.events + " WHERE event_id IN " + quoted_uuids(ids) +
                        " ORDER BY emission_time, event LIMIT 1 BY event_id",
                    deadline));
  RowReader reader(answer);
  while (reader.more()) {
    Event event;
    event.id = reader.uuid();
    event.emission_time = time_of(reader.i64());
    event.json = reader.string();
    events.push_back(std::move(event));
  }
  if (!reader.ok()) return unreadable(names.events);
  return events;
}

}  // namespace lectern::store::clickhouse
