#pragma once

#include "store/elasticsearch/write/append_context.h"
#include "store/statement_store.h"

namespace lectern::store::elasticsearch {

/// StatementStore::append() for one place.
///
/// A batch that one conflict must refuse is looked up before it is written, among all that this
/// process wrote lately and all that the last refresh shows. If another process wrote one of its
/// ids since then, or wins the race for it, the rows of the batch that were created are deleted
/// again; until all are gone the answer is `unavailable`, and the watermark stays below them. A
/// row that somebody else was answered with meanwhile stays.
///
/// Where an answer of the database is lost, the same rows are created again until each is there:
/// at once if there is time, else later by a thread of the watermark. A copy of the request that
/// arrives late then finds every id taken.
Result<std::vector<AppendOutcome>> append_rows(const AppendContext& writing, std::span<Row> rows,
                                               OnConflict on_conflict);

}  // namespace lectern::store::elasticsearch
