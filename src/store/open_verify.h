#pragma once

#include "store/maintenance.h"
#include "store/settings.h"

namespace lectern::store {

/// Checks what Lectern keeps beside the rows of a database against these, both ways: each row of
/// ours against its text and against Ralph's row, references, voided marks and inherited terms;
/// and, where the database holds them, documents against their etags and attachments against their
/// hashes; where they lie elsewhere, `missing` is asked for the attachments that rows name. Rows
/// that lack our part, as those that Ralph wrote, are faults too. Writes nothing, and may run
/// beside servers: what is written meanwhile may then be told as a fault. A backend that is no
/// database has nothing to check. Errors: unavailable, internal, invalid (a target or setting).
Result<VerifyReport> verify_beside(const StoreSettings& settings, const std::string& target,
                                   const MissingContents& missing, const OnProgress& on_progress);

}  // namespace lectern::store
