#pragma once

#include <algorithm>
#include <functional>
#include <unordered_set>
#include <vector>

#include "base/page_bytes.h"
#include "store/statement_store.h"

namespace lectern::store {

/// The statements with these ids, each given to `take`: as StatementStore::find() tells them, and
/// however many bytes they have together, no more than a page's of these are in memory at once.
/// Errors: those of find() and of `take`.
inline Result<void> find_each(StatementStore& store, const Context& context,
                              std::span<const Uuid> ids,
                              const std::function<Result<void>(StoredStatement&)>& take) {
  // Of long statements a call tells a few, and the others are asked for again: not all of them.
  constexpr std::size_t ids_at_once = 1'000;
  while (!ids.empty()) {
    const auto some = ids.first(std::min(ids.size(), ids_at_once));
    ids = ids.subspan(some.size());
    for (std::vector<Uuid> rest(some.begin(), some.end()); !rest.empty();) {
      TRY(auto found, store.find(context, rest));
      std::size_t bytes = 0;
      std::unordered_set<Uuid> told;
      for (StoredStatement& one : found) {
        bytes += one.json.size();
        told.insert(one.position.id);
        RETURN_IF_ERROR(take(one));
      }
      if (found.empty() || bytes < page_bytes_max()) break;
      std::erase_if(rest, [&](const Uuid& id) { return told.contains(id); });
    }
  }
  return {};
}

}  // namespace lectern::store
