#pragma once

#include "store/embedded/database.h"
#include "store/statement_store.h"

namespace lectern::store::embedded {

/// One page of a target, as StatementStore::query() promises it, from one snapshot.
Result<Page> query_page(const Database& database, TargetNumber target, const Filter& filter,
                        const PageRequest& request, Deadline deadline);

}  // namespace lectern::store::embedded
