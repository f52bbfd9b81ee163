#include "store/clickhouse/pages.h"

#include <algorithm>
#include <map>

namespace lectern::store::clickhouse {

Result<Page> read_page(Server& server, const Names& names, const Filter& filter,
                       const PageRequest& request, const NewestOf& newest_of, const RowsOf& rows_of,
                       Deadline deadline) {
  Page page;
  Places places(server, names, filter, request, newest_of, deadline);
  while (page.rows.size() <= request.rows_max) {
    TRY(const auto wanted, places.next(request.rows_max + 1 - page.rows.size()));
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
  }
  page.more = page.rows.size() > request.rows_max;
  if (page.more) page.rows.resize(request.rows_max);
  return page;
}

}  // namespace lectern::store::clickhouse
