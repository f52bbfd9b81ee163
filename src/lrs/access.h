#pragma once

#include <string_view>

#include "auth/principal.h"
#include "base/result.h"
#include "lrs/lrs.h"

namespace lectern::lrs {

/// Whether the principal may use what `scope` guards. Without RESTRICT_BY_SCOPES everyone may
/// everything (as in Ralph). Errors: forbidden, with Ralph's text.
Result<void> allow(const Lrs& lrs, const auth::Principal& principal, auth::Scope scope);

/// Whether only statements with the principal's own authority are shown: to everyone where the
/// options say so; where scopes count, to who lacks statements/read; else as asked.
bool only_mine(const Lrs& lrs, const auth::Principal& principal, bool asked);

/// Whether a document about this agent (`ifi`) may be touched: a principal that reads no more than
/// its own statements keeps to its own agent's documents. Errors: forbidden.
Result<void> allow_documents_of(const Lrs& lrs, const auth::Principal& principal,
                                std::string_view ifi);

}  // namespace lectern::lrs
