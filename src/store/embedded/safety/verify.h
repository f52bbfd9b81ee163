#pragma once

#include "store/embedded/database.h"
#include "store/maintenance.h"

namespace lectern::store::embedded {

/// Checks all that a database holds, as it is at one instant: each file against its checksums; each
/// statement's text against its id, place, fingerprint, references, postings (those that it takes
/// over too) and attachments, and these back against the statements; each document against its
/// etag; each attachment against its hash.
/// Writes nothing. Takes about 20 us of a core for each statement.
Result<VerifyReport> verify_database(const Database& database, const OnProgress& on_progress);

}  // namespace lectern::store::embedded
