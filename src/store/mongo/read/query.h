#pragma once

#include <string>

#include "store/mongo/client/client.h"
#include "store/mongo/collection.h"
#include "store/statement_store.h"

namespace lectern::store::mongo {

/// The page of the rows that carry all terms of the filter themselves, as StatementStore::query()
/// promises it. Errors: unavailable, internal.
Result<Page> read_page(Client& client, const std::string& database, const Collection& place,
                       const Filter& filter, const PageRequest& request);

}  // namespace lectern::store::mongo
