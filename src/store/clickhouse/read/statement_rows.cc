#include "store/clickhouse/read/statement_rows.h"

#include <unordered_set>

#include "store/clickhouse/write/row_encoding.h"

namespace lectern::store::clickhouse {
namespace {

constexpr std::size_t small_page_rows_max = 256;  // worth asking for together with others
constexpr std::size_t callers_max = 16;

}  // namespace

KeptRows::KeptRows(Server& server, const Names& names, RecentTexts& texts)
    : server_(server),
      names_(names),
      texts_(texts, names.rows),
      shared_rows_(
          [this](std::span<const xapi::Position> positions, Deadline deadline) {
            return rows_at(server_, names_, positions, deadline);
          },
          small_page_rows_max, callers_max),
      shared_voided_([this](std::span<const Uuid> ids,
                            Deadline deadline) { return voided(server_, names_, ids, deadline); },
                     small_page_rows_max, callers_max),
      reread_(server, names, texts_) {}

Result<std::vector<Kept>> KeptRows::at(std::span<const xapi::Position> positions, bool keep,
                                       Deadline deadline) {
  std::vector<Kept> rows;
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
    TRY(const auto found, shared_voided_.find(in_memory, deadline));
    const std::unordered_set<Uuid> voided(found.begin(), found.end());
    for (Kept& row : rows) row.voided = voided.contains(row.position.id);
  }
  if (missing.empty()) return rows;
  TRY(auto read, shared_rows_.find(missing, deadline));
  reread_.begin();
  std::vector<RecentTexts::Text> texts;
  for (Kept& row : read) {
    if (keep) texts.push_back(texts_.text(row.position, row.json, row.flags));
    rows.push_back(std::move(row));
  }
  texts_.keep(std::move(texts));
  return rows;
}

void KeptRows::keep(std::span<const Row> rows, std::span<const Verdict> verdicts) {
  std::vector<RecentTexts::Text> texts;
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (verdicts[i] == Verdict::stored)
      texts.push_back(texts_.text({rows[i].stored, rows[i].id}, rows[i].json, flags_of(rows[i])));
  texts_.keep(std::move(texts));
}

}  // namespace lectern::store::clickhouse
