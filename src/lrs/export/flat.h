#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/json/json.h"
#include "base/time/time.h"
#include "store/statement_store.h"

namespace lectern::lrs {

/// What a column of the flat form holds.
enum class ColumnType {
  text,
  instant,  ///< UTC, microseconds
  number,   ///< a double
  boolean,
};

/// A column: its name, and what it holds.
struct Column {
  std::string_view name;
  ColumnType type;
};

/// The columns of the flat form, in their order: the same in JSON lines, CSV and Parquet
/// (docs/export.md). Any but `id`, `stored` and `statement` may be empty.
inline constexpr auto flat_columns = std::to_array<Column>({
    {"id", ColumnType::text},
    {"stored", ColumnType::instant},
    {"timestamp", ColumnType::instant},
    {"timestamp_text", ColumnType::text},
    {"actor", ColumnType::text},
    {"verb", ColumnType::text},
    {"object_type", ColumnType::text},
    {"activity", ColumnType::text},
    {"activity_type", ColumnType::text},
    {"course", ColumnType::text},
    {"courses", ColumnType::text},
    {"registration", ColumnType::text},
    {"platform", ColumnType::text},
    {"language", ColumnType::text},
    {"success", ColumnType::boolean},
    {"completion", ColumnType::boolean},
    {"scaled", ColumnType::number},
    {"raw", ColumnType::number},
    {"min", ColumnType::number},
    {"max", ColumnType::number},
    {"duration_s", ColumnType::number},
    {"duration", ColumnType::text},
    {"response", ColumnType::text},
    {"authority", ColumnType::text},
    {"version", ColumnType::text},
    {"statement", ColumnType::text},
});

/// One cell: of its column's type, or empty.
struct Cell {
  bool there = false;
  std::string text;  ///< of a text
  Time instant;      ///< of an instant
  double number = 0;
  bool boolean = false;
};

/// One statement in the flat form.
using FlatRow = std::array<Cell, flat_columns.size()>;

/// A statement's row: its JSON text, and that text parsed.
FlatRow flat_row(const store::StoredStatement& stored, json::Value statement);

}  // namespace lectern::lrs
