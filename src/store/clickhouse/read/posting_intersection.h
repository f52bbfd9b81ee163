#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "store/clickhouse/read/lookup_batcher.h"

namespace lectern::store::clickhouse {

/// PostingScan that carry all of some terms, as far as the newest places of each term tell.
struct PostingIntersection {
  std::size_t rarest = 0;              ///< of the lists: the one that was gone through
  std::vector<TermPosting> places;     ///< the newest first, each once
  std::vector<xapi::Position> unsure;  ///< those of them that another list does not reach back to
  std::optional<xapi::Position> reached;  ///< all that is newer was looked at, and this
  bool all = false;                       ///< there are no others
};

/// The newest common places of these lists, at least one list, which `is_wanted`; up to `count` of
/// them, up to `unsure_max` of these unsure.
PostingIntersection intersect(std::span<const NewestPostings> lists,
                              const std::function<bool(const TermPosting&)>& is_wanted,
                              std::size_t count, std::size_t unsure_max);

}  // namespace lectern::store::clickhouse
