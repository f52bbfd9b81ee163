#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "base/uuid.h"
#include "lrs/lrs.h"
#include "store/statement_store.h"
#include "xapi/terms.h"

namespace lectern::lrs {

/// What the terms of a query mean along chains of references.
struct ChainFilter {
  xapi::Terms terms;     ///< one statement of the chain must carry all of them
  xapi::Terms readable;  ///< the chain ends before a statement without these
  /// And one of each of these lists.
  std::vector<xapi::Terms> any_of;

  /// Whether it asks for nothing.
  bool empty() const { return terms.empty() && any_of.empty(); }
  /// Whether a statement with these terms (sorted) is what is asked for.
  bool matches(const xapi::Terms& own) const;
};

/// Whether referring rows match by their own terms or by those of a statement along their chains of
/// references. The store let them in for the union of both, or because they inherit more than it
/// keeps, which matches too much. One thread at a time; what it views outlives it.
class ChainCheck {
 public:
  ChainCheck(Lrs& lrs, const store::Context& context, const ChainFilter& filter)
      : lrs_(lrs), context_(context), filter_(filter) {}

  /// The rows that match, in their order. Those that do not refer pass unseen, unless the filter
  /// has lists, of which the store knows nothing. Errors: those of the store.
  Result<std::vector<store::StoredStatement>> keep(std::vector<store::StoredStatement> rows);

 private:
  /// What is to be known of a statement in a chain; of one that is not there, nothing.
  struct Link {
    bool matches = false;
    std::optional<Uuid> target;
  };
  struct Walk {
    std::size_t row;
    Uuid at;
  };

  Result<Link> link_of(std::string_view json) const;
  Result<void> fetch(const std::vector<Walk>& walks);

  Lrs& lrs_;
  const store::Context& context_;
  const ChainFilter& filter_;
  std::unordered_map<Uuid, Link> known_;
};

}  // namespace lectern::lrs
