#include "store/common/statement_table.h"

#include <algorithm>

#include "base/assert.h"
#include "base/page_bytes.h"
#include "store/common/append_outcome.h"

namespace lectern::store {

class StatementTable::Access final : public ReferenceAccess {
 public:
  explicit Access(StatementTable& table) : table_(table) {}

  Result<std::vector<ReferenceNode>> targets(std::span<const Uuid> ids) override {
    std::vector<ReferenceNode> all;
    for (const Uuid& id : ids) {
      const auto at = table_.kept_.find(id);
      if (at == table_.kept_.end()) continue;
      all.push_back({id, at->second.terms, at->second.refers_to, at->second.voids});
    }
    return all;
  }

  Result<Referrers> referrers(std::span<const Uuid> targets,
                              const std::optional<Referrer>&) override {
    Referrers all;
    for (const Uuid& target : targets) {
      const auto [first, last] = table_.referrers_.equal_range(target);
      for (auto at = first; at != last; ++at)
        all.found.push_back({target, at->second, table_.kept_.at(at->second).voids, {}});
    }
    return all;
  }

  Result<void> add_terms(std::span<const Uuid> ids, const xapi::Terms& terms) override {
    for (const Uuid& id : ids) {
      auto& own = table_.kept_.at(id).terms;
      if (std::includes(own.begin(), own.end(), terms.begin(), terms.end())) continue;
      xapi::Terms all;
      std::set_union(own.begin(), own.end(), terms.begin(), terms.end(), std::back_inserter(all));
      own = std::move(all);
    }
    return {};
  }

  Result<void> mark_voided(const Uuid& id) override {
    table_.kept_.at(id).voided = true;
    return {};
  }

 private:
  StatementTable& table_;
};

std::vector<AppendOutcome> StatementTable::decide_outcomes(std::span<const Row> rows,
                                                           OnConflict on_conflict) const {
  return store::decide_outcomes(rows, on_conflict,
                                [&](const Uuid& id) -> std::optional<xapi::Fingerprint> {
                                  const auto at = kept_.find(id);
                                  if (at == kept_.end()) return std::nullopt;
                                  return at->second.fingerprint;
                                });
}

void StatementTable::keep(std::span<const Row> rows) {
  for (const Row& row : rows) {
    const auto [at, is_new] = kept_.try_emplace(row.id, Entry{{row.stored, row.id},
                                                              row.json,
                                                              row.terms,
                                                              row.fingerprint,
                                                              row.refers_to,
                                                              row.voids,
                                                              false});
    LECTERN_ASSERT(is_new);
    walk_.emplace(at->second.position, &at->second);
    if (row.refers_to) referrers_.emplace(*row.refers_to, row.id);
  }
  Access access(*this);
  const auto resolved = resolve_references(access, views_of(rows), Deadline::max());
  LECTERN_ASSERT(resolved.has_value());
}

std::vector<StoredStatement> StatementTable::find(std::span<const Uuid> ids) const {
  std::vector<StoredStatement> found;
  std::size_t bytes = 0;
  for (const Uuid& id : ids) {
    const auto at = kept_.find(id);
    if (at == kept_.end()) continue;
    if (bytes >= page_bytes_max()) break;
    const Entry& kept = at->second;
    bytes += kept.json.size();
    found.push_back({.position = kept.position,
                     .json = kept.json,
                     .voided = kept.voided,
                     .fingerprint = kept.fingerprint});
  }
  return found;
}

Page StatementTable::query(const Filter& filter, const PageRequest& request) const {
  Page page;
  std::size_t bytes = 0;
  const auto matches = [&](const Entry& kept) {
    const Time stored = kept.position.stored;
    return (!kept.voided || filter.voided_too) && (!filter.since || stored > *filter.since) &&
           (!filter.until || stored <= *filter.until) && carries(kept.terms, filter.all_of);
  };
  const auto walk = [&](auto at, auto last) {
    for (; at != last; ++at) {
      const Entry& kept = *at->second;
      if (!matches(kept)) continue;
      bytes += kept.json.size();
      if (page.rows.size() == request.rows_max ||
          (bytes > page_bytes_max() && !page.rows.empty())) {
        page.more = true;
        return;
      }
      page.rows.push_back(
          {.position = kept.position, .json = kept.json, .refers = kept.refers_to.has_value()});
    }
  };
  if (request.ascending) {
    walk(request.after ? walk_.upper_bound(*request.after) : walk_.begin(), walk_.end());
  } else {
    const auto end = request.after ? walk_.lower_bound(*request.after) : walk_.end();
    walk(std::make_reverse_iterator(end), walk_.rend());
  }
  return page;
}

}  // namespace lectern::store
