#pragma once

#include <span>
#include <vector>

#include "store/clickhouse/client/row_binary.h"
#include "store/clickhouse/schema/layout.h"
#include "store/statement_store.h"

/// What a flush inserts, table by table (store/clickhouse/schema/layout.h).
namespace lectern::store::clickhouse {

/// A statement to be written.
struct NewRow {
  const Row* row = nullptr;
  const std::vector<TermHash>* hashes = nullptr;  ///< of row->terms
  bool in_events = false;                         ///< Ralph's table holds it already
};

/// What its row says of a statement (store/clickhouse/schema/layout.h, flag).
std::uint8_t flags_of(const Row& row);

/// The timestamp of a fingerprint as a column of ids holds it.
std::int64_t timestamp_of(const xapi::Fingerprint& fingerprint);

/// Rows of one table.
struct TableRows {
  std::size_t rows = 0;
  RowWriter bytes;
};

/// The columns of each body, in their order, as an INSERT names them.
inline constexpr std::string_view terms_columns =
    "term FixedString(16), stored Int64, id FixedString(16), verb Int64";
/// Likewise.
inline constexpr std::string_view marks_columns = "kind UInt8, id FixedString(16), value String";
inline constexpr std::string_view events_columns =
    "event_id UUID, emission_time DateTime64(6), event String";
/// Likewise.
inline constexpr std::string_view rows_columns =
    "stored Int64, id FixedString(16), flags UInt8, event String";

/// Likewise.
inline constexpr std::string_view feed_columns =
    "event_id UUID, emission_time DateTime64(6), event String, id FixedString(16), stored Int64, "
    "hash FixedString(16), timestamp Int64, owner Int64, verb Int64, terms Array(FixedString(16))";

/// What ids, terms and, `with_events`, Ralph's table get of statements that no one of them has: a
/// row each. `owner`: of their reservations.
TableRows feed_body(std::span<const NewRow> rows, std::int64_t owner, bool with_events);
/// How many rows these three tables get, and the feed itself.
std::size_t feed_rows(std::span<const NewRow> rows, bool with_events);
/// A row for each term of each statement.
TableRows terms_body(std::span<const NewRow> rows);
/// Of the statements that refer to another.
TableRows marks_body(std::span<const NewRow> rows);
/// Columns event_id, emission_time, event. Without those that are there.
TableRows events_body(std::span<const NewRow> rows);
TableRows rows_body(std::span<const NewRow> rows);

}  // namespace lectern::store::clickhouse
