#pragma once

#include <string>

#include "auth/principal.h"
#include "base/result.h"
#include "lrs/lrs.h"
#include "store/document_store.h"

namespace lectern::lrs {

/// What the LRS tells this principal of the activity or agent with this key: the document that
/// learn() keeps; for one that may read only its own statements, what the newest
/// limits::own_statements_read_max of those that name it say. "" for nothing. Errors: unavailable.
Result<std::string> known_of(Lrs& lrs, const auth::Principal& principal,
                             const store::DocumentKey& key);

}  // namespace lectern::lrs
