#include "store/clickhouse/read/statement_rows.h"

#include <unordered_set>

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
            return rows_at(server_, names_, positions, deadline);
          },
          small_page_rows_max, callers_max),
      voided_batcher_([this](std::span<const Uuid> ids,
                             Deadline deadline) { return voided(server_, names_, ids, deadline); },
                      small_page_rows_max, callers_max),
      warmup_(server, names, texts_) {}

Result<std::vector<StatementRow>> StatementRows::at(std::span<const xapi::Position> positions,
                                                    bool keep, Deadline deadline) {
  std::vector<StatementRow> rows;
  std::vector<Uuid> in_memory;
  std::vector<xapi::Position> missing;
  for (const auto& position : positions) {
    if (auto text = texts_.find(position)) {
      in_memory.push_back(position.id);
      rows.push_back({position, text->label.flags, false, std::move(text->json)});
    } else {
      missing.push_back(position);
    }
  }
  if (!in_memory.empty()) {
    TRY(const auto found, voided_batcher_.find(in_memory, deadline));
    const std::unordered_set<Uuid> voided(found.begin(), found.end());
    for (StatementRow& row : rows) row.voided = voided.contains(row.position.id);
  }
  if (missing.empty()) return rows;
  TRY(auto read, row_batcher_.find(missing, deadline));
  warmup_.begin();
  std::vector<TextCache::Text> texts;
  for (StatementRow& row : read) {
    if (keep) texts.push_back(texts_.text(row.position, row.json, row.flags));
    rows.push_back(std::move(row));
  }
  texts_.keep(std::move(texts));
  return rows;
}

void StatementRows::keep(std::span<const Row> rows, std::span<const AppendOutcome> outcomes) {
  std::vector<TextCache::Text> texts;
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (outcomes[i] == AppendOutcome::stored)
      texts.push_back(texts_.text({rows[i].stored, rows[i].id}, rows[i].json, flags_of(rows[i])));
  texts_.keep(std::move(texts));
}

}  // namespace lectern::store::clickhouse
