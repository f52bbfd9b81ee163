#pragma once

#include "store/elasticsearch/target.h"
#include "store/statement_store.h"

namespace lectern::store::elasticsearch {

/// StatementStore::query() on what a search sees now.
///
/// A search for the newest rows has to look at every row that matches, since each one it meets is
/// newer than those before. So it is asked for one window of time after another, of a width that
/// was right the last time, and is told to give up when it meets far more than a page. Texts that
/// are known (store/common/text_cache.h) are not asked for.
Result<Page> read_page(Cluster& cluster, TargetIndex& target, const Filter& filter,
                       const PageRequest& request, Deadline deadline);

}  // namespace lectern::store::elasticsearch
