#pragma once

#include "store/embedded/database.h"
#include "store/embedded/read/fair_semaphore.h"
#include "store/statement_store.h"

namespace lectern::store::embedded {

/// Whether what is read for a page stays in the cache.
enum class Keep { yes, no };

/// One page of a target, as StatementStore::query() promises it. `turn`: the caller's, passed on
/// from time to time.
Result<Page> read_page(const Database& database, TargetNumber target, const Filter& filter,
                       const PageRequest& request, Deadline deadline, FairSemaphore::Permit& permit,
                       Keep keep);

}  // namespace lectern::store::embedded
