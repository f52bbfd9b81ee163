#include "store/clickhouse/read/query.h"

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <utility>

#include "store/common/page_end.h"
#include "store/common/reference_resolver.h"

namespace lectern::store::clickhouse {
namespace {

/// Rows whose texts are asked for together.
constexpr std::size_t rows_at_once = 1'000;

/// Several walks over places as one, in their order, each place once.
class MergedPlaces {
 public:
  MergedPlaces(std::vector<PostingScan> walks, bool ascending) : ascending_(ascending) {
    for (auto& walk : walks) walks_.push_back({std::move(walk), {}, false});
  }

  /// As PostingScan::next().
  Result<std::vector<xapi::Position>> next(std::size_t count) {
    if (walks_.size() == 1) return walks_.front().places.next(count);
    std::vector<xapi::Position> places;
    while (places.size() < count) {
      TRY(const auto place, next_place(count));
      if (!place) break;
      places.push_back(*place);
    }
    return places;
  }

 private:
  struct Walk {
    PostingScan places;
    std::deque<xapi::Position> read;
    bool ended = false;
  };

  bool is_before(const xapi::Position& a, const xapi::Position& b) const {
    return ascending_ ? a < b : b < a;
  }

  Result<std::optional<xapi::Position>> next_place(std::size_t count) {
    std::optional<xapi::Position> first;
    for (Walk& walk : walks_) {
      if (walk.read.empty() && !walk.ended) {
        TRY(const auto more, walk.places.next(count));
        walk.read.assign(more.begin(), more.end());
        walk.ended = more.empty();
      }
      if (!walk.read.empty() && (!first || is_before(walk.read.front(), *first)))
        first = walk.read.front();
    }
    for (Walk& walk : walks_)
      if (first && !walk.read.empty() && walk.read.front() == *first) walk.read.pop_front();
    return first;
  }

  const bool ascending_;
  std::vector<Walk> walks_;
};

}  // namespace

Result<Page> read_page(Server& server, const TableNames& names, const Filter& filter,
                       const PageRequest& request, const NewestOf& newest_of, const RowsOf& rows_of,
                       WithMarked with_marked, Deadline deadline) {
  Page page;
  std::vector<PostingScan> walks;
  walks.emplace_back(server, names, filter, request, newest_of, deadline);
  if (const auto marked = terms_of_marked(filter.all_of); marked && with_marked == WithMarked::yes)
    walks.emplace_back(server, names, Filter{*marked, filter.since, filter.until}, request,
                       newest_of, deadline);
  MergedPlaces places(std::move(walks), request.ascending);
  std::vector<xapi::Position> wanted;
  std::size_t bytes = 0;
  while (page.rows.size() <= request.rows_max && !page.more) {
    if (wanted.empty()) {
      TRY(wanted, places.next(std::min(rows_at_once, request.rows_max + 1 - page.rows.size())));
    }
    if (wanted.empty()) break;
    TRY(auto read, rows_of(wanted, page_bytes_max() - std::min(bytes, page_bytes_max())));
    std::map<xapi::Position, StatementRow*> by_place;
    for (StatementRow& row : read.rows) by_place[row.position] = &row;
    const auto next = wanted.begin() + static_cast<std::ptrdiff_t>(read.positions);
    for (auto place = wanted.begin(); place != next; ++place) {
      const auto at = by_place.find(*place);
      if (at == by_place.end() || (at->second->voided && !filter.voided_too)) continue;
      bytes += at->second->json.size();
      page.rows.push_back({.position = *place,
                           .json = std::move(at->second->json),
                           .refers = (at->second->flags & flag::refers) != 0});
    }
    wanted.erase(wanted.begin(), next);
    end_by_bytes(page);
  }
  page.more = page.more || page.rows.size() > request.rows_max;
  if (page.rows.size() > request.rows_max) page.rows.resize(request.rows_max);
  return page;
}

}  // namespace lectern::store::clickhouse
