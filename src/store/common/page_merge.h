#pragma once

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "store/common/page_end.h"

namespace lectern::store {

/// The page that two queries for the same request make together, each row once: it ends where the
/// first of them ends that has more.
inline Page merged(Page a, Page b, const PageRequest& request) {
  const auto before = [&](const xapi::Position& one, const xapi::Position& other) {
    return request.ascending ? one < other : other < one;
  };
  std::optional<xapi::Position> end;
  for (const Page* page : {&a, &b})
    if (page->more && !page->rows.empty() && (!end || before(page->rows.back().position, *end)))
      end = page->rows.back().position;
  Page page;
  page.more = a.more || b.more;
  auto at = a.rows.begin(), other = b.rows.begin();
  while (at != a.rows.end() || other != b.rows.end()) {
    const bool first =
        other == b.rows.end() || (at != a.rows.end() && !before(other->position, at->position));
    if (first && other != b.rows.end() && other->position == at->position) ++other;
    StoredStatement row = std::move(first ? *at++ : *other++);
    if (end && before(*end, row.position)) break;
    page.rows.push_back(std::move(row));
  }
  if (page.rows.size() > request.rows_max) {
    page.rows.resize(request.rows_max);
    page.more = true;
  }
  end_by_bytes(page);
  return page;
}

}  // namespace lectern::store
