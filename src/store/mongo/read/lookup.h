#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "store/mongo/client/client.h"
#include "store/mongo/collection.h"
#include "store/statement_store.h"

namespace lectern::store::mongo {

/// Gives `take` the statements with these ids that have our part, for as long as it returns true.
Result<void> find_ours(Client& client, const std::string& database, const Collection& place,
                       std::span<const Uuid> ids, const std::function<bool(StoredStatement)>& take);

/// What Ralph wrote under these ids and nobody has migrated. Rows that cannot be read are left out
/// with a line in the log, and so may others be once texts have `bytes_max` bytes.
Result<std::vector<StoredStatement>> find_foreign(Client& client, const std::string& database,
                                                  const Collection& place,
                                                  const std::vector<Uuid>& ids,
                                                  std::size_t bytes_max);

}  // namespace lectern::store::mongo
