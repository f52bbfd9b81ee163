#pragma once

#include <span>
#include <string>
#include <string_view>

#include "store/clickhouse/client/row_binary.h"
#include "store/clickhouse/client/server.h"
#include "xapi/position.h"

namespace lectern::store::clickhouse {

/// An id as append_literal() writes it into SQL.
std::string literal(const Uuid& id);

/// The ids or places that a query is about: written into it when they are few, sent beside it as
/// rows when they are many, which costs the server half as much as parsing them. There must be one
/// at least.
class KeyList {
 public:
  explicit KeyList(std::span<const Uuid> ids);
  explicit KeyList(std::span<const xapi::Position> places);

  /// What may stand behind `id IN`.
  const std::string& ids() const { return ids_; }
  /// What may stand behind `(stored, id) IN`; of places only.
  const std::string& places() const { return places_; }

  /// Runs a SELECT that holds these. Errors: those of Server::select().
  Result<AnswerRows> select(Server& server, std::string_view sql, Deadline deadline) const;

 private:
  std::string ids_, places_;
  std::string_view columns_;
  RowWriter rows_;  // empty: they stand in the query
};

}  // namespace lectern::store::clickhouse
