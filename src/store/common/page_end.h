#pragma once

#include "base/page_bytes.h"
#include "store/statement_store.h"

namespace lectern::store {

/// Ends a page that was read without regard to page_bytes_max() where it should have ended.
inline void end_by_bytes(Page& page) {
  const std::size_t bytes_max = page_bytes_max();
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < page.rows.size(); ++i) {
    bytes += page.rows[i].json.size();
    if (bytes <= bytes_max || i == 0) continue;
    page.rows.resize(i);
    page.more = true;
    return;
  }
}

}  // namespace lectern::store
