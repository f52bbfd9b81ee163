#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "store/clickhouse/client/key_list.h"
#include "store/clickhouse/client/row_binary.h"
#include "store/clickhouse/client/server.h"
#include "store/clickhouse/schema/layout.h"
#include "xapi/equality/fingerprint.h"
#include "xapi/position.h"

/// Reads by key, each one round trip for as many keys as are given. Errors: unavailable.
namespace lectern::store::clickhouse {

/// One place that was reserved for an id.
struct Reservation {
  xapi::Position position;
  xapi::Fingerprint fingerprint;
  std::int64_t owner = 0;   ///< of the flush that acquired it: drawn at random
  std::int64_t age_us = 0;  ///< by the server's clock
  ReservationState state = ReservationState::reserved;
};

/// A statement at its place.
struct StatementRow {
  xapi::Position position;
  std::uint8_t flags = 0;
  bool voided = false;
  std::string json;            ///< empty where it was left out for its length
  std::size_t text_bytes = 0;  ///< of the whole text
};

/// A statement in Ralph's table.
struct Event {
  Uuid id;
  Time emission_time;
  std::string json;            ///< as that of a StatementRow
  std::size_t text_bytes = 0;  ///< likewise
};

/// Whether the text of a StatementRow or an Event was left out.
template <typename Row>
bool lacks_text(const Row& row) {
  return row.json.size() < row.text_bytes;
}

/// All reservations for these ids.
Result<std::vector<Reservation>> reservations_of(Server& server, const TableNames& names,
                                                 std::span<const Uuid> ids, Deadline deadline);

/// Which of these places have a row.
Result<std::set<xapi::Position>> committed(Server& server, const TableNames& names,
                                           std::span<const xapi::Position> positions,
                                           Deadline deadline);

/// The statements at these places, in no order; places without a row are left out, and so are texts
/// of more than `text_bytes_max`: all of them are in memory together.
Result<std::vector<StatementRow>> rows_at(Server& server, const TableNames& names,
                                          std::span<const xapi::Position> positions,
                                          std::size_t text_bytes_max, Deadline deadline);

/// Which of these statements are voided.
Result<std::vector<Uuid>> voided(Server& server, const TableNames& names, std::span<const Uuid> ids,
                                 Deadline deadline);

/// What Ralph's table holds under these ids, the earliest for each, whoever wrote it, without texts
/// of more than `text_bytes_max`. A scan of its ids: 15 ms for each million.
Result<std::vector<Event>> events_of(Server& server, const TableNames& names,
                                     std::span<const Uuid> ids, std::size_t text_bytes_max,
                                     Deadline deadline);

/// How many of these ids Ralph's table holds. A scan as well.
Result<std::size_t> count_events(Server& server, const TableNames& names, std::span<const Uuid> ids,
                                 Deadline deadline);

/// The error for an answer that cannot be read.
tl::unexpected<Error> unreadable(std::string_view table);

}  // namespace lectern::store::clickhouse
