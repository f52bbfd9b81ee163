#include "store/clickhouse/pages.h"

#include <algorithm>
#include <map>

#include "store/page_end.h"

namespace lectern::store::clickhouse {
namespace {

/// Texts that are in memory together before the page's bytes are counted.
constexpr std::size_t rows_at_once = 1'000;

}  // namespace

Result<Page> read_page(Server& server, const Names& names, const Filter& filter,
                       const PageRequest& request, const NewestOf& newest_of, const RowsOf& rows_of,
                       Deadline deadline) {
  Page page;
  Places places(server, names, filter, request, newest_of, deadline);
  while (page.rows.size() <= request.rows_max && !page.more) {
    TRY(const auto wanted,
        places.next(std::min(rows_at_once, request.rows_max + 1 - page.rows.size())));
    if (wanted.empty()) break;
    TRY(auto found, rows_of(wanted));
    std::map<xapi::Position, Kept*> by_place;
    for (Kept& row : found) by_place[row.position] = &row;
    for (const auto& place : wanted) {
      const auto at = by_place.find(place);
      if (at == by_place.end() || (at->second->voided && !filter.voided_too)) continue;
      page.rows.push_back(
          {place, std::move(at->second->json), (at->second->flags & flag::refers) != 0});
    }
    end_by_bytes(page);
  }
  page.more = page.more || page.rows.size() > request.rows_max;
  if (page.rows.size() > request.rows_max) page.rows.resize(request.rows_max);
  return page;
}

}  // namespace lectern::store::clickhouse
