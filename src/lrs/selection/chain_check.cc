#include "lrs/selection/chain_check.h"

#include <algorithm>
#include <span>
#include <utility>

#include "base/json/json.h"
#include "base/limits.h"
#include "store/find_each.h"

namespace lectern::lrs {
namespace {

/// Statements that are fetched together to look at their terms.
constexpr std::size_t fetched_at_once = 64;
/// Statements that are remembered while a page is made.
constexpr std::size_t known_max = 10'000;

}  // namespace

bool ChainFilter::matches(const xapi::Terms& own) const {
  return xapi::match(own, terms) && std::ranges::all_of(any_of, [&](const xapi::Terms& list) {
           return std::ranges::any_of(list, [&](const xapi::Term& one) {
             return std::binary_search(own.begin(), own.end(), one);
           });
         });
}

Result<std::vector<store::StoredStatement>> ChainCheck::keep(
    std::vector<store::StoredStatement> rows) {
  if (known_.size() > known_max) known_.clear();
  std::vector<Walk> walks;
  std::vector<bool> matches(rows.size(), true);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!rows[i].refers && filter_.any_of.empty()) continue;
    TRY(const auto link, link_of(rows[i].json));
    matches[i] = link.matches;
    if (!link.matches && link.target) walks.push_back({i, *link.target});
  }
  for (std::size_t step = 1; step < limits::reference_chain_max && !walks.empty(); ++step) {
    RETURN_IF_ERROR(fetch(walks));
    std::vector<Walk> onward;
    for (const Walk& walk : walks) {
      const Link& link = known_.at(walk.at);
      matches[walk.row] = link.matches;
      if (!link.matches && link.target) onward.push_back({walk.row, *link.target});
    }
    walks = std::move(onward);
  }
  std::vector<store::StoredStatement> kept;
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (matches[i]) kept.push_back(std::move(rows[i]));
  return kept;
}

Result<ChainCheck::Link> ChainCheck::link_of(std::string_view json) const {
  TRY(const auto document, json::parse_view(json));
  const auto terms = xapi::terms_of(document->root());
  if (!xapi::match(terms, filter_.readable)) return Link{};
  return Link{filter_.matches(terms), xapi::reference_of(document->root())};
}

/// Makes known where the walks are.
Result<void> ChainCheck::fetch(const std::vector<Walk>& walks) {
  std::vector<Uuid> ids;
  for (const Walk& walk : walks)
    if (known_.emplace(walk.at, Link{}).second) ids.push_back(walk.at);
  for (std::span<const Uuid> rest(ids); !rest.empty();) {
    const auto some = rest.first(std::min(rest.size(), fetched_at_once));
    rest = rest.subspan(some.size());
    const auto look_at = [&](const store::StoredStatement& one) -> Result<void> {
      TRY(known_[one.position.id], link_of(one.json));
      return {};
    };
    RETURN_IF_ERROR(store::find_each(stores_of(lrs_).statements, context_, some, look_at));
  }
  return {};
}

}  // namespace lectern::lrs
