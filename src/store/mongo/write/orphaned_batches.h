#pragma once

#include <span>
#include <string>

#include "store/common/watermark/visibility_watermark.h"
#include "store/mongo/client/client.h"

namespace lectern::store::mongo {

/// Deletes rows, each only as it was stored then, and not if somebody was answered with it. Waits
/// until most members of the replica set have done it. Errors: unavailable, internal.
Result<void> delete_rows(Client& client, const std::string& database, const std::string& collection,
                         std::span<const MarkedRow> rows);

/// Puts in order what a process that died has left of batches that it did not finish: where not all
/// rows of a batch are there, the others are taken back, but for those that somebody was answered
/// with. For what stays references are followed, in both directions; a referring statement that
/// came alone takes over its target's terms only when it is sent again. Errors: unavailable.
Result<void> settle_orphaned_batches(Pool& pool, const std::string& database,
                                     const DeadWriter& dead, Deadline deadline);

}  // namespace lectern::store::mongo
