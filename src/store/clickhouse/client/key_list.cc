#include "store/clickhouse/client/key_list.h"

#include "base/assert.h"

namespace lectern::store::clickhouse {
namespace {

/// Up to so many, parsing them is cheaper.
constexpr std::size_t written_max = 8;

}  // namespace

std::string literal(const Uuid& id) {
  std::string sql;
  append_literal(sql, id.bytes);
  return sql;
}

KeyList::KeyList(std::span<const Uuid> ids) {
  LECTERN_ASSERT(!ids.empty());
  if (ids.size() > written_max) {
    columns_ = "id FixedString(16)";
    ids_ = "(SELECT id FROM keys)";
    rows_.reserve(ids.size() * 16);
    for (const Uuid& id : ids) rows_.fixed(id);
    return;
  }
  for (const Uuid& id : ids) ids_ += (ids_.empty() ? "(" : ",") + literal(id);
  ids_ += ')';
}

KeyList::KeyList(std::span<const xapi::Position> places) {
  LECTERN_ASSERT(!places.empty());
  if (places.size() > written_max) {
    columns_ = "stored Int64, id FixedString(16)";
    ids_ = "(SELECT id FROM keys)";
    places_ = "(SELECT stored, id FROM keys)";
    rows_.reserve(places.size() * 24);
    for (const auto& place : places) {
      rows_.i64(micros_of(place.stored));
      rows_.fixed(place.id);
    }
    return;
  }
  for (const auto& place : places) {
    const auto id = literal(place.id);
    ids_ += (ids_.empty() ? "(" : ",") + id;
    places_ += places_.empty() ? "((" : ",(";
    places_ += std::to_string(micros_of(place.stored)) + "," + id + ")";
  }
  ids_ += ')';
  places_ += ')';
}

Result<AnswerRows> KeyList::select(Server& server, std::string_view sql, Deadline deadline) const {
  if (rows_.empty()) return server.select(sql, deadline);
  return server.select(sql, ExternalTable{columns_, rows_.bytes()}, deadline);
}

}  // namespace lectern::store::clickhouse
