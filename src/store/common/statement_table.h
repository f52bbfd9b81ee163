#pragma once

#include <functional>
#include <map>
#include <span>
#include <unordered_map>
#include <vector>

#include "store/common/reference_resolver.h"
#include "store/statement_store.h"

namespace lectern::store {

/// The statements of one target in memory, searched by walking over them: plain and slow, so that
/// it can be read to be right. The memory store is made of it, and the fs store keeps it beside its
/// file. Not thread-safe.
class StatementTable {
 public:
  /// See decide_outcomes() in store/common/append_outcome.h.
  std::vector<AppendOutcome> decide_outcomes(std::span<const Row> rows,
                                             OnConflict on_conflict) const;
  /// Keeps rows with new ids, whose `stored` is set, and resolves their references.
  void keep(std::span<const Row> rows);

  /// See StatementStore::find().
  std::vector<StoredStatement> find(std::span<const Uuid> ids) const;
  /// See StatementStore::query().
  Page query(const Filter& filter, const PageRequest& page) const;

 private:
  class Access;
  struct Entry {
    xapi::Position position;
    std::string json;
    xapi::Terms terms;  // own and inherited
    xapi::Fingerprint fingerprint;
    std::optional<Uuid> refers_to;
    bool voids = false;
    bool voided = false;
  };

  std::unordered_map<Uuid, Entry> kept_;
  std::map<xapi::Position, const Entry*> walk_;
  std::unordered_multimap<Uuid, Uuid> referrers_;  // target to referring statement
};

}  // namespace lectern::store
