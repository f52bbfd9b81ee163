#include "store/clickhouse/read/posting_intersection.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "base/assert.h"

namespace lectern::store::clickhouse {
namespace {

/// The shortest of those that are complete, or else of all.
std::size_t rarest_of(std::span<const NewestPostings> lists) {
  const auto rank = [](const NewestPostings& list) {
    return std::pair(!list.all, list.places.size());
  };
  const auto rarest = std::min_element(
      lists.begin(), lists.end(), [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
  return static_cast<std::size_t>(rarest - lists.begin());
}

bool has(const NewestPostings& list, const xapi::Position& position) {
  const auto at = std::lower_bound(
      list.places.begin(), list.places.end(), position,
      [](const TermPosting& place, const auto& wanted) { return place.position > wanted; });
  return at != list.places.end() && at->position == position;
}

bool reaches(const NewestPostings& list, const xapi::Position& position) {
  return list.all || (!list.places.empty() && list.places.back().position <= position);
}

}  // namespace

PostingIntersection intersect(std::span<const NewestPostings> lists,
                              const std::function<bool(const TermPosting&)>& is_wanted,
                              std::size_t count, std::size_t unsure_max) {
  LECTERN_ASSERT(!lists.empty());
  PostingIntersection common;
  common.rarest = rarest_of(lists);
  common.all = lists[common.rarest].all;
  for (const auto& place : lists[common.rarest].places) {
    const auto& position = place.position;
    if (common.reached == position) continue;
    // It is in its own list.
    const bool sure = std::all_of(lists.begin(), lists.end(), [&](const auto& list) {
      return reaches(list, position) || has(list, position);
    });
    const bool lacks = std::any_of(lists.begin(), lists.end(), [&](const auto& list) {
      return reaches(list, position) && !has(list, position);
    });
    if (is_wanted(place) && !lacks) {
      if (common.places.size() == count || (!sure && common.unsure.size() == unsure_max)) {
        common.all = false;
        break;
      }
      common.places.push_back(place);
      if (!sure) common.unsure.push_back(position);
    }
    common.reached = position;
  }
  return common;
}

}  // namespace lectern::store::clickhouse
