#pragma once

#include <optional>
#include <span>
#include <vector>

#include "store/mongo/database.h"
#include "store/statement_store.h"

namespace lectern::store::mongo {

/// One append(): inserts all rows at once, asks only about those whose id was there, and takes its
/// own rows away again when the batch is refused.
///
/// A refused batch's rows can be seen by id, never in a list, until they are gone. Where another
/// request brings one of them in that time, it finds the row and is answered `known`; it marks the
/// row as `shared` first, and a shared row stays. If our connection breaks in between, some rows of
/// the batch may stay: nothing was answered, and sending it again settles it.
class Append {
 public:
  Append(Database& database, const Context& context, std::span<Row> rows, OnConflict on_conflict)
      : database_(database), context_(context), rows_(rows), on_conflict_(on_conflict) {}

  Result<std::vector<Verdict>> run();

 private:
  Result<void> insert_missing(Client& client);
  Result<void> insert_once(Client& client, bool other_id);
  Result<void> look_up(Client& client, const std::vector<std::size_t>& taken);
  Result<void> share(Client& client, const std::vector<std::size_t>& indexes);
  Result<void> take_back(Client& client);
  Result<void> follow_references(Client& client);
  std::vector<std::size_t> missing() const;

  Database& database_;
  const Context& context_;
  std::span<Row> rows_;
  OnConflict on_conflict_;
  Place place_;
  std::vector<std::optional<Verdict>> verdicts_;
};

}  // namespace lectern::store::mongo
