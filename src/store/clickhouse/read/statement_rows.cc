#include "store/clickhouse/read/statement_rows.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <unordered_set>

#include "base/page_bytes.h"
#include "store/clickhouse/write/row_encoding.h"

namespace lectern::store::clickhouse {
namespace {

constexpr std::size_t small_page_rows_max = 256;  // worth asking for together with others
constexpr std::size_t callers_max = 16;

}  // namespace

StatementRows::StatementRows(Server& server, const TableNames& names, TextCache& texts)
    : server_(server),
      names_(names),
      texts_(texts, names.rows),
      row_batcher_(
          [this](std::span<const xapi::Position> positions, Deadline deadline) {
            return rows_at(server_, names_, positions, page_bytes_max() / small_page_rows_max,
                           deadline);
          },
          small_page_rows_max, callers_max),
      voided_batcher_([this](std::span<const Uuid> ids,
                             Deadline deadline) { return voided(server_, names_, ids, deadline); },
                      small_page_rows_max, callers_max),
      warmup_(server, names, texts_) {}

Result<RowsRead> StatementRows::at(std::span<const xapi::Position> positions, std::size_t bytes_max,
                                   bool keep, Deadline deadline) {
  const auto text_bytes_max = page_bytes_max() / std::max(positions.size(), small_page_rows_max);
  TRY(auto rows, with_short_texts(positions, text_bytes_max, deadline));
  std::map<xapi::Position, StatementRow*> by_place;
  for (StatementRow& row : rows) by_place[row.position] = &row;
  RowsRead read;
  std::size_t bytes = 0;
  for (; read.positions < positions.size(); ++read.positions) {
    const auto row = by_place.find(positions[read.positions]);
    if (row == by_place.end()) continue;
    bytes += row->second->text_bytes;
    if (bytes > bytes_max && read.positions > 0) break;
    read.rows.push_back(std::move(*row->second));
  }
  rows.clear();
  RETURN_IF_ERROR(read_long_texts(read.rows, deadline));
  if (keep) this->keep(read.rows);
  return read;
}

Result<std::vector<StatementRow>> StatementRows::with_short_texts(
    std::span<const xapi::Position> positions, std::size_t text_bytes_max, Deadline deadline) {
  std::vector<StatementRow> rows;
  std::vector<Uuid> in_memory;
  std::vector<xapi::Position> missing;
  for (const auto& position : positions) {
    auto text = texts_.find(position);
    if (!text) {
      missing.push_back(position);
      continue;
    }
    in_memory.push_back(position.id);
    const auto bytes = text->json.size();
    if (bytes > text_bytes_max) text->json = {};
    rows.push_back({position, text->label.flags, false, std::move(text->json), bytes});
  }
  if (!in_memory.empty()) {
    TRY(const auto found, voided_batcher_.find(in_memory, deadline));
    const std::unordered_set<Uuid> voided(found.begin(), found.end());
    for (StatementRow& row : rows) row.voided = voided.contains(row.position.id);
  }
  if (missing.empty()) return rows;
  TRY(auto read, missing.size() <= small_page_rows_max
                     ? row_batcher_.find(missing, deadline)
                     : rows_at(server_, names_, missing, text_bytes_max, deadline));
  warmup_.begin();
  std::move(read.begin(), read.end(), std::back_inserter(rows));
  return rows;
}

Result<void> StatementRows::read_long_texts(std::vector<StatementRow>& rows, Deadline deadline) {
  std::vector<xapi::Position> missing;
  for (StatementRow& row : rows) {
    if (!lacks_text(row)) continue;
    if (auto text = texts_.find(row.position))
      row.json = std::move(text->json);
    else
      missing.push_back(row.position);
  }
  if (missing.empty()) return {};
  TRY(auto read, rows_at(server_, names_, missing, SIZE_MAX, deadline));
  std::map<xapi::Position, StatementRow*> by_place;
  for (StatementRow& row : read) by_place[row.position] = &row;
  for (StatementRow& row : rows)
    if (const auto whole = by_place.find(row.position); whole != by_place.end())
      row = std::move(*whole->second);
  std::erase_if(rows, lacks_text<StatementRow>);
  return {};
}

void StatementRows::keep(std::span<const StatementRow> rows) {
  std::vector<TextCache::Text> texts;
  for (const StatementRow& row : rows)
    if (!texts_.has(row.position)) texts.push_back(texts_.text(row.position, row.json, row.flags));
  texts_.keep(std::move(texts));
}

void StatementRows::keep(std::span<const Row> rows, std::span<const AppendOutcome> outcomes) {
  std::vector<TextCache::Text> texts;
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (outcomes[i] == AppendOutcome::stored)
      texts.push_back(texts_.text({rows[i].stored, rows[i].id}, rows[i].json, flags_of(rows[i])));
  texts_.keep(std::move(texts));
}

}  // namespace lectern::store::clickhouse
