#include "store/common/reference_resolver.h"

#include <algorithm>
#include <map>
#include <unordered_set>

#include "base/limits.h"

namespace lectern::store {
namespace {

/// Rows whose chains are learnt together: each may have limits::reference_chain_max statements.
constexpr std::size_t rows_at_once = 64;
/// Statements that are remembered from one piece to the next.
constexpr std::size_t known_max = 4'096;
/// Statements whose referrers are looked for together.
constexpr std::size_t parents_at_once = 4'096;

using Shared = std::shared_ptr<const xapi::Terms>;

Shared marked() {
  static const auto terms = std::make_shared<const xapi::Terms>(1, inherits_more);
  return terms;
}

bool is_marked(std::span<const xapi::Term> terms) {
  return std::binary_search(terms.begin(), terms.end(), inherits_more);
}

/// What may be inherited of these terms (sorted): the mark where they are too many.
Shared limited(std::span<const xapi::Term> terms) {
  if (is_marked(terms)) return marked();
  xapi::Terms some;
  for (const auto& term : terms) {
    if (!is_inheritable(term.kind)) continue;
    if (some.size() == limits::inherited_terms_max) return marked();
    some.push_back(term);
  }
  return std::make_shared<const xapi::Terms>(std::move(some));
}

Shared joined(const Shared& a, const Shared& b) {
  if (a == b || b->empty() || is_marked(*a)) return a;
  if (a->empty() || is_marked(*b)) return b;
  xapi::Terms all;
  all.reserve(a->size() + b->size());
  std::set_union(a->begin(), a->end(), b->begin(), b->end(), std::back_inserter(all));
  if (all.size() == a->size()) return a;
  if (all.size() == b->size()) return b;
  return limited(all);
}

}  // namespace

std::optional<xapi::Terms> terms_of_marked(const xapi::Terms& wanted) {
  xapi::Terms terms;
  for (const auto& term : wanted)
    if (!is_inheritable(term.kind)) terms.push_back(term);
  if (terms.size() == wanted.size()) return std::nullopt;
  terms.push_back(inherits_more);
  return terms;
}

ReferenceNodeView view_of(const Row& row) { return {row.id, row.terms, row.refers_to, row.voids}; }

std::vector<ReferenceNodeView> views_of(std::span<const Row> rows) {
  std::vector<ReferenceNodeView> views;
  views.reserve(rows.size());
  for (const Row& row : rows) views.push_back(view_of(row));
  return views;
}

std::vector<ReferenceNodeView> views_of(std::span<const ReferenceNode> nodes) {
  std::vector<ReferenceNodeView> views;
  views.reserve(nodes.size());
  for (const auto& node : nodes) views.push_back({node.id, node.terms, node.refers_to, node.voids});
  return views;
}

bool carries(const xapi::Terms& terms, const xapi::Terms& wanted) {
  const bool any = is_marked(terms);
  return std::all_of(wanted.begin(), wanted.end(), [&](const xapi::Term& one) {
    return (any && is_inheritable(one.kind)) || std::binary_search(terms.begin(), terms.end(), one);
  });
}

ReferenceResolver::ReferenceResolver(std::span<const ReferenceNodeView> rows, Deadline deadline)
    : rows_(rows), deadline_(deadline) {
  by_id_.reserve(rows.size());
  for (const auto& row : rows) by_id_.emplace(row.id, &row);
}

Result<void> ReferenceResolver::check_deadline() const {
  if (deadline_ == Deadline::max() || std::chrono::steady_clock::now() <= deadline_) return {};
  return fail(Code::unavailable, "The store is too slow", "deadline while following references");
}

const ReferenceResolver::Known* ReferenceResolver::known(const Uuid& id) const {
  const auto at = known_.find(id);
  return at == known_.end() || !at->second ? nullptr : &*at->second;
}

Result<void> ReferenceResolver::fetch(ReferenceAccess& access, std::vector<Uuid> ids) {
  std::erase_if(ids, [&](const Uuid& id) { return by_id_.contains(id) || known_.contains(id); });
  for (std::span<const Uuid> rest(ids); !rest.empty();) {
    RETURN_IF_ERROR(check_deadline());
    const auto some = rest.first(std::min(rest.size(), limits::references_of_piece_max));
    rest = rest.subspan(some.size());
    TRY(const auto found, access.targets(some));
    for (const Uuid& id : some) known_.emplace(id, std::nullopt);
    for (const auto& target : found)
      known_[target.id] = Known{limited(target.terms), target.refers_to, target.voids};
  }
  return {};
}

Result<void> ReferenceResolver::learn(ReferenceAccess& access, std::vector<Uuid> ids) {
  std::unordered_set<Uuid> seen;
  for (std::size_t depth = 0; depth < limits::reference_chain_max && !ids.empty(); ++depth) {
    std::erase_if(ids, [&](const Uuid& id) { return !seen.insert(id).second; });
    RETURN_IF_ERROR(fetch(access, ids));
    std::vector<Uuid> next;
    for (const Uuid& id : ids) {
      const auto row = by_id_.find(id);
      const Known* there = row == by_id_.end() ? known(id) : nullptr;
      if (row != by_id_.end() && row->second->refers_to) next.push_back(*row->second->refers_to);
      if (there && there->refers_to && !is_marked(*there->own)) next.push_back(*there->refers_to);
    }
    ids = std::move(next);
  }
  return {};
}

Shared ReferenceResolver::passes_of(const Uuid& id) const {
  Shared all = std::make_shared<const xapi::Terms>();
  std::unordered_set<Uuid> seen;
  std::optional<Uuid> next = id;
  while (next && !is_marked(*all) && seen.size() < limits::reference_chain_max &&
         seen.insert(*next).second) {
    if (const auto row = by_id_.find(*next); row != by_id_.end()) {
      all = joined(all, limited(row->second->terms));
      next = row->second->refers_to;
    } else if (const Known* there = known(*next)) {
      all = joined(all, there->own);
      next = there->refers_to;
    } else {
      next.reset();
    }
  }
  return all;
}

Result<void> ReferenceResolver::give(ReferenceAccess& access, std::span<const Uuid> ids,
                                     const Shared& terms) {
  if (terms->empty()) return {};
  const auto count = ids.size() * terms->size();
  if (given_ + count > limits::inherited_terms_of_append_max)
    return access.add_terms(ids, *marked());
  given_ += count;
  return access.add_terms(ids, *terms);
}

Result<bool> ReferenceResolver::step(ReferenceAccess& access) {
  RETURN_IF_ERROR(check_deadline());
  if (taken_over_ == rows_.size()) return propagate(access);
  RETURN_IF_ERROR(take_over(access));
  return false;
}

Result<void> ReferenceResolver::take_over(ReferenceAccess& access) {
  std::vector<const ReferenceNodeView*> rows;
  for (; taken_over_ < rows_.size() && rows.size() < rows_at_once; ++taken_over_)
    if (rows_[taken_over_].refers_to) rows.push_back(&rows_[taken_over_]);
  if (rows.empty()) return {};
  if (known_.size() > known_max) known_.clear();
  std::map<Uuid, std::vector<Uuid>> by_target;
  for (const auto* row : rows) by_target[*row->refers_to].push_back(row->id);
  std::vector<Uuid> targets;
  for (const auto& [target, ids] : by_target) targets.push_back(target);
  RETURN_IF_ERROR(learn(access, targets));
  RETURN_IF_ERROR(void_targets(access, rows));
  for (const auto& [target, ids] : by_target) RETURN_IF_ERROR(give(access, ids, passes_of(target)));
  return {};
}

Result<void> ReferenceResolver::void_targets(ReferenceAccess& access,
                                             std::span<const ReferenceNodeView* const> rows) {
  for (const auto* row : rows) {
    if (!row->voids) continue;
    const auto other = by_id_.find(*row->refers_to);
    const Known* there = known(*row->refers_to);
    const bool voidable = other != by_id_.end() ? !other->second->voids : there && !there->voids;
    if (voidable) RETURN_IF_ERROR(access.mark_voided(*row->refers_to));
  }
  return {};
}

bool ReferenceResolver::push_rows() {
  if (passed_on_ == rows_.size()) return false;
  const auto some = rows_.subspan(passed_on_, std::min(rows_.size() - passed_on_, parents_at_once));
  passed_on_ += some.size();
  Level level;
  for (const auto& row : some) level.parents.push_back({row.id, nullptr, nullptr});
  levels_.push_back(std::move(level));
  return true;
}

void ReferenceResolver::push(Level below) {
  for (std::span<Parent> rest(below.parents); !rest.empty();) {
    const auto some = rest.first(std::min(rest.size(), parents_at_once));
    rest = rest.subspan(some.size());
    levels_.push_back({below.depth, {some.begin(), some.end()}, {}});
  }
}

Result<void> ReferenceResolver::find_passes(
    ReferenceAccess& access, Level& level,
    const std::vector<ReferenceAccess::Referrer>& referrers) {
  std::unordered_set<Uuid> wanted;
  for (const auto& referrer : referrers) wanted.insert(referrer.target);
  std::vector<Parent*> parents;
  std::vector<Uuid> ids;
  for (Parent& parent : level.parents) {
    if (parent.passes || !wanted.contains(parent.id)) continue;
    parents.push_back(&parent);
    ids.push_back(parent.id);
  }
  if (known_.size() > known_max) known_.clear();
  const bool are_rows = level.depth == 0;
  RETURN_IF_ERROR(are_rows ? learn(access, ids) : fetch(access, ids));
  for (Parent* parent : parents) {
    if (are_rows) {
      parent->passes = passes_of(parent->id);
    } else {
      const Known* there = known(parent->id);
      parent->passes = there ? joined(there->own, parent->above) : parent->above;
    }
  }
  return {};
}

Result<bool> ReferenceResolver::propagate(ReferenceAccess& access) {
  if (levels_.empty() && !push_rows()) return true;
  Level& level = levels_.back();
  std::vector<Uuid> ids;
  for (const Parent& parent : level.parents) ids.push_back(parent.id);
  TRY(auto page, access.referrers(ids, level.after));
  if (!page.found.empty()) level.after = page.found.back();
  // Rows of the same append see to themselves: take_over().
  std::erase_if(page.found, [&](const auto& one) { return by_id_.contains(one.id); });
  RETURN_IF_ERROR(find_passes(access, level, page.found));
  std::unordered_map<Uuid, const Parent*> parents;
  for (const Parent& parent : level.parents) parents.emplace(parent.id, &parent);
  std::map<Shared, std::vector<Uuid>> heirs;
  Level below;
  for (const auto& referrer : page.found) {
    const auto row = by_id_.find(referrer.target);
    if (referrer.voids && row != by_id_.end() && !row->second->voids)
      RETURN_IF_ERROR(access.mark_voided(referrer.target));
    const auto& passes = parents.at(referrer.target)->passes;
    heirs[passes].push_back(referrer.id);
    below.parents.push_back({referrer.id, nullptr, passes});
  }
  for (const auto& [terms, some] : heirs) RETURN_IF_ERROR(give(access, some, terms));
  below.depth = level.depth + 1;
  if (!page.more) levels_.pop_back();
  if (below.depth < limits::reference_chain_max) push(std::move(below));
  return levels_.empty() && passed_on_ == rows_.size();
}

Result<void> resolve_references(ReferenceAccess& access, std::span<const ReferenceNodeView> rows,
                                Deadline deadline) {
  ReferenceResolver resolver(rows, deadline);
  for (bool done = false; !done;) {
    TRY(done, resolver.step(access));
  }
  return {};
}

}  // namespace lectern::store
