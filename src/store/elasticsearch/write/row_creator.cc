#include "store/elasticsearch/write/row_creator.h"

#include <algorithm>
#include <thread>

#include "base/log.h"

namespace lectern::store::elasticsearch {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t part_bytes_max = 8UL * 1024 * 1024;
constexpr int attempts_max = 6;
constexpr std::chrono::milliseconds first_pause_ms{25};

/// An index that takes no writes (read-only, or the flood stage of its disk) takes none at all.
bool busy(const BulkItem& item) {
  return item.status == 429 || item.status >= 500 || item.blocked();
}
bool refused(const BulkItem& item) { return !item.ok() && item.status != 409 && !busy(item); }

}  // namespace

Result<void> RowCreator::create(const std::vector<RowToCreate>& rows, Deadline deadline) {
  items_.assign(rows.size(), {});
  Places places(rows.size());
  for (std::size_t i = 0; i < places.size(); ++i) places[i] = i;
  auto pause = first_pause_ms;
  for (int attempt = 0; attempt < attempts_max; ++attempt, pause *= 2) {
    RETURN_IF_ERROR(create_some(rows, places, true, deadline));
    Places odd, late;
    for (const std::size_t place : places) {
      if (refused(items_[place])) odd.push_back(place);
      if (busy(items_[place])) late.push_back(place);
    }
    if (!odd.empty()) RETURN_IF_ERROR(create_bare(rows, odd, deadline));
    if (late.empty() || failure_) return {};
    const auto& item = items_[late.front()];
    const bool last = attempt + 1 == attempts_max || Clock::now() + pause >= deadline;
    if (last || item.blocked())
      return give_up({Code::unavailable,
                      item.blocked() ? "The database takes no writes" : "The database is busy",
                      {},
                      {},
                      item.reason});
    std::this_thread::sleep_for(pause);
    places = std::move(late);
  }
  return {};
}

Result<void> RowCreator::give_up(Error error) {
  if (lost_at_ && error.code == Code::unavailable) return fail(std::move(error));
  failure_ = std::move(error);
  return {};
}

bool RowCreator::may_create_late() const {
  return lost_at_ && Clock::now() - *lost_at_ <= VisibilityWatermark::dead_after;
}

Result<void> RowCreator::create_bare(const std::vector<RowToCreate>& rows, const Places& places,
                                     Deadline deadline) {
  for (const std::size_t place : places)
    log::warning("the index {} cannot show statement {} to other programs: {}",
                 target_.names.statements, rows[place].row->id.text(), items_[place].reason);
  RETURN_IF_ERROR(create_some(rows, places, false, deadline));
  for (const std::size_t place : places) {
    const auto& item = items_[place];
    if (refused(item) || busy(item))
      return give_up({refused(item) ? Code::internal : Code::unavailable,
                      "The database refuses statement " + rows[place].row->id.text(),
                      {},
                      {},
                      item.reason});
  }
  return {};
}

Result<void> RowCreator::create_some(const std::vector<RowToCreate>& rows, const Places& places,
                                     bool with_statement, Deadline deadline) {
  for (std::size_t begin = 0; begin < places.size();) {
    std::string lines;
    std::size_t end = begin;
    lines.reserve(std::min((places.size() - begin) * 4096, part_bytes_max));
    for (; end < places.size() && lines.size() < part_bytes_max; ++end) {
      const auto& [row, mark] = rows[places[end]];
      append_create(lines, row->id.text());
      append_document(lines, *row, mark, target_.statements.layout, with_statement);
    }
    auto items = target_.bulk.send(std::move(lines), end - begin, deadline);
    if (!items) {
      if (items.error().code == Code::unavailable) {
        lost_at_ = Clock::now();
        return fail(std::move(items).error());
      }
      return give_up(std::move(items).error());
    }
    for (std::size_t i = begin; i < end; ++i) items_[places[i]] = std::move((*items)[i - begin]);
    begin = end;
  }
  return {};
}

}  // namespace lectern::store::elasticsearch
