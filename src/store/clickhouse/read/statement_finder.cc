#include "store/clickhouse/read/statement_finder.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/log.h"
#include "base/page_bytes.h"
#include "store/clickhouse/schema/event_row.h"

namespace lectern::store::clickhouse {
namespace {

// What is worth asking together with others.
constexpr std::size_t callers_max = 64;
constexpr std::size_t small_find_ids_max = 32;

}  // namespace

StatementFinder::StatementFinder(Server& server, const TableNames& names, StatementRows& rows,
                                 std::size_t ids_at_once)
    : server_(server),
      names_(names),
      rows_(rows),
      ids_at_once_(ids_at_once),
      batcher_(
          [this](std::span<const Uuid> ids, Deadline deadline) {
            return find_short(ids, page_bytes_max() / small_find_ids_max, deadline);
          },
          small_find_ids_max, callers_max) {}

void StatementFinder::Reading::take(FoundRow&& row) {
  bytes += row.row.text_bytes;
  found.push_back({.position = row.row.position,
                   .json = std::move(row.row.json),
                   .voided = row.row.voided,
                   .fingerprint = row.fingerprint});
}

bool StatementFinder::Reading::has_room() const { return bytes < page_bytes_max(); }

Result<std::vector<StoredStatement>> StatementFinder::find(std::span<const Uuid> ids,
                                                           Deadline deadline) {
  Reading reading;
  while (!ids.empty() && reading.has_room()) {
    const auto some = ids.first(std::min(ids.size(), ids_at_once_));
    ids = ids.subspan(some.size());
    TRY(auto rows, some.size() <= small_find_ids_max
                       ? batcher_.find(some, deadline)
                       : find_short(some, page_bytes_max() / some.size(), deadline));
    const auto without_text = std::stable_partition(
        rows.begin(), rows.end(), [](const FoundRow& row) { return !lacks_text(row.row); });
    for (auto row = rows.begin(); row != without_text; ++row) reading.take(std::move(*row));
    RETURN_IF_ERROR(read_long({without_text, rows.end()}, reading, deadline));
  }
  return std::move(reading.found);
}

Result<std::vector<FoundRow>> StatementFinder::find_short(std::span<const Uuid> ids,
                                                          std::size_t text_bytes_max,
                                                          Deadline deadline) {
  TRY(const auto reservations, reservations_of(server_, names_, ids, deadline));
  std::vector<xapi::Position> positions;
  std::unordered_set<Uuid> reserved;
  for (const Reservation& reservation : reservations) positions.push_back(reservation.position);
  TRY(auto rows, rows_.with_short_texts(positions, text_bytes_max, deadline));
  std::unordered_map<Uuid, StatementRow*> kept;
  for (StatementRow& row : rows) kept.emplace(row.position.id, &row);
  std::vector<FoundRow> found;
  for (const Reservation& reservation : reservations) {
    reserved.insert(reservation.position.id);
    const auto at = kept.find(reservation.position.id);
    if (at == kept.end() || at->second->position != reservation.position) continue;
    found.push_back({std::move(*at->second), reservation.fingerprint});
    kept.erase(at);
  }
  // What was reserved and has no row is not there yet, whatever Ralph's table holds.
  std::vector<Uuid> unknown;
  for (const Uuid& id : ids)
    if (!reserved.contains(id)) unknown.push_back(id);
  RETURN_IF_ERROR(find_foreign(unknown, text_bytes_max, found, deadline));
  return found;
}

Result<void> StatementFinder::find_foreign(std::span<const Uuid> ids, std::size_t text_bytes_max,
                                           std::vector<FoundRow>& found, Deadline deadline) {
  if (ids.empty()) return {};
  TRY(const auto events, events_of(server_, names_, ids, text_bytes_max, deadline));
  for (const Event& event : events) {
    FoundRow& one = found.emplace_back();
    one.is_foreign = true;
    one.row.position.id = event.id;
    one.row.text_bytes = event.text_bytes;
    if (lacks_text(event)) continue;
    auto row = row_of_event(event);
    if (!row) {
      log::warning("clickhouse: {} in {} cannot be read: {}", event.id.text(), names_.events,
                   row.error().message);
      found.pop_back();
      continue;
    }
    one.row = {{row->stored, row->id}, 0, false, std::move(row->json), 0};
    one.row.text_bytes = one.row.json.size();
    one.fingerprint = row->fingerprint;
  }
  return {};
}

/// As many of the rows whose texts were left out as there is room for.
Result<void> StatementFinder::read_long(std::span<FoundRow> rows, Reading& reading,
                                        Deadline deadline) {
  std::vector<StatementRow> ours;
  std::map<xapi::Position, xapi::Fingerprint> fingerprints;
  std::size_t bytes = reading.bytes;
  for (FoundRow& row : rows) {
    if (bytes >= page_bytes_max()) break;
    bytes += row.row.text_bytes;
    if (row.is_foreign) {
      std::vector<FoundRow> found;
      RETURN_IF_ERROR(find_foreign(std::span(&row.row.position.id, 1), SIZE_MAX, found, deadline));
      for (auto& one : found) reading.take(std::move(one));
      continue;
    }
    fingerprints[row.row.position] = row.fingerprint;
    ours.push_back(std::move(row.row));
  }
  RETURN_IF_ERROR(rows_.read_long_texts(ours, deadline));
  for (StatementRow& row : ours) {
    const auto fingerprint = fingerprints[row.position];
    reading.take({std::move(row), fingerprint});
  }
  return {};
}

}  // namespace lectern::store::clickhouse
