#pragma once

#include "store/elasticsearch/place.h"

namespace lectern::store::elasticsearch {

/// What append_rows() works with.
struct Writing {
  Cluster& cluster;
  const Settings& settings;
  Presence& presence;
  Place& place;
  Deadline deadline;
};

/// StatementStore::append() for one place.
///
/// A batch that one conflict must refuse is looked up before it is written, among all that this
/// process wrote lately and all that the last refresh shows. If another process wrote one of its
/// ids since then, or wins the race for it, the rows of the batch that were created are deleted
/// again: for that moment (one round trip) they could be read. A process that dies in it leaves
/// them.
Result<std::vector<Verdict>> append_rows(const Writing& writing, std::span<Row> rows,
                                         OnConflict on_conflict);

}  // namespace lectern::store::elasticsearch
