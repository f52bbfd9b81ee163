#pragma once

#include <span>
#include <string>
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

/// Whether the principal may read no more than its own statements, those with its authority. What
/// that means for everything else is in docs/security.md.
bool reads_only_own(const Lrs& lrs, const auth::Principal& principal);

/// Whether a stored statement has the principal's authority. Errors: internal (it is no JSON).
Result<bool> is_own(const auth::Principal& principal, const std::string& statement_json);

/// Whether these rows may void what they void: one that reads only its own statements voids only
/// those, in the store or among these rows, and is not told whether another one exists. Errors:
/// forbidden.
Result<void> allow_voiding(Lrs& lrs, const auth::Principal& principal,
                           const store::Context& context, std::span<const store::Row> rows);

/// Whether a document about this agent (`ifi`) may be touched: a principal that reads no more than
/// its own statements keeps to its own agent's documents. Errors: forbidden.
Result<void> allow_documents_of(const Lrs& lrs, const auth::Principal& principal,
                                std::string_view ifi);

}  // namespace lectern::lrs
