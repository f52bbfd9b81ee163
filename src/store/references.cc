#include "store/references.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "base/limits.h"

namespace lectern::store {
namespace {

xapi::Terms joined(const xapi::Terms& a, const xapi::Terms& b) {
  xapi::Terms all;
  all.reserve(a.size() + b.size());
  std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(all));
  return all;
}

xapi::Terms sorted(xapi::Terms terms) {
  std::sort(terms.begin(), terms.end());
  terms.erase(std::unique(terms.begin(), terms.end()), terms.end());
  return terms;
}

/// What each statement passes on to those that refer to it, as far as this call knows.
using Passed = std::map<Uuid, xapi::Terms>;

/// Takes over the target's terms, and voids it, where the target is there already.
Result<void> look_ahead(ReferenceAccess& access, const Row& row, xapi::Terms& passed) {
  TRY(const auto target, access.target(*row.refers_to));
  if (!target) return {};
  if (row.voids && !target->voids) RETURN_IF_ERROR(access.mark_voided(*row.refers_to));
  const auto inherited = sorted(xapi::inheritable(target->terms));
  if (!inherited.empty()) RETURN_IF_ERROR(access.add_terms(row.id, inherited));
  passed = joined(passed, inherited);
  return {};
}

/// Voids the rows whose voiding statements came before them.
Result<void> void_late(ReferenceAccess& access, std::span<const Row> rows,
                       const std::vector<ReferenceAccess::Referrer>& referrers) {
  std::unordered_map<Uuid, bool> voids;
  for (const Row& row : rows) voids.emplace(row.id, row.voids);
  for (const auto& referrer : referrers) {
    if (referrer.voids && !voids.at(referrer.target))
      RETURN_IF_ERROR(access.mark_voided(referrer.target));
  }
  return {};
}

/// Gives each referrer what its target passes on; returns those that pass on more than before.
Result<std::vector<Uuid>> pass_on(ReferenceAccess& access, Passed& passed,
                                  const std::vector<ReferenceAccess::Referrer>& referrers) {
  std::vector<Uuid> grown;
  for (const auto& referrer : referrers) {
    const auto& terms = passed.at(referrer.target);
    if (terms.empty()) continue;
    RETURN_IF_ERROR(access.add_terms(referrer.id, terms));
    auto& onward = passed[referrer.id];
    auto all = joined(onward, terms);
    if (all.size() == onward.size()) continue;
    onward = std::move(all);
    grown.push_back(referrer.id);
  }
  return grown;
}

}  // namespace

Result<void> resolve_references(ReferenceAccess& access, std::span<const Row> rows) {
  std::vector<Uuid> targets;
  for (const Row& row : rows) targets.push_back(row.id);
  TRY(auto referrers, access.referrers(targets));
  const auto refers = [](const Row& row) { return row.refers_to.has_value(); };
  if (referrers.empty() && std::none_of(rows.begin(), rows.end(), refers)) return {};
  RETURN_IF_ERROR(void_late(access, rows, referrers));
  Passed passed;
  for (const Row& row : rows) {
    auto& terms = passed[row.id] = sorted(xapi::inheritable(row.terms));
    if (row.refers_to) RETURN_IF_ERROR(look_ahead(access, row, terms));
  }
  // Only what grows is passed on, so a cycle comes to rest when all its members hold its union.
  for (std::size_t depth = 0; depth < limits::reference_chain_max; ++depth) {
    TRY(targets, pass_on(access, passed, referrers));
    if (targets.empty()) break;
    TRY(referrers, access.referrers(targets));
  }
  return {};
}

}  // namespace lectern::store
