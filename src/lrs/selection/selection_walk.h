#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "auth/principal.h"
#include "base/result.h"
#include "lrs/lrs.h"
#include "lrs/selection/chain_check.h"
#include "lrs/selection/selection.h"
#include "store/statement_store.h"

namespace lectern::lrs {

/// From where to where a walk goes.
struct WalkRange {
  std::optional<xapi::Position> after{};  ///< begin behind it
  Time until{};                           ///< what is stored later is not seen
  bool ascending = true;
  std::size_t rows_max = 1'000;  ///< rows that are asked for at once
};

/// The statements of a selection that a principal may read, page by page, the same on every
/// backend. Holds one page at a time. One thread at a time; the LRS and the principal outlive it.
class SelectionWalk {
 public:
  SelectionWalk(Lrs& lrs, const auth::Principal& principal, Selection selection, WalkRange range);

  /// The next rows, of those that were looked at: none may match though there are more behind
  /// (done()). Errors: unavailable, also when the context's deadline has passed.
  Result<std::vector<store::StoredStatement>> next(const store::Context& context);
  /// Whether everything was looked at.
  bool done() const { return done_; }
  /// Behind everything that was looked at; nothing before the first row.
  const std::optional<xapi::Position>& position() const { return request_.after; }

 private:
  Lrs& lrs_;
  const Selection selection_;
  store::Filter filter_;
  ChainFilter chain_;
  store::PageRequest request_;
  bool done_ = false;
};

}  // namespace lectern::lrs
