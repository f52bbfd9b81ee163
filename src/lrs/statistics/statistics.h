#pragma once

#include <vector>

#include "auth/principal.h"
#include "base/result.h"
#include "lrs/lrs.h"
#include "lrs/statistics/question.h"
#include "lrs/statistics/tally/tally.h"
#include "xapi/formats.h"

namespace lectern::lrs {

/// Answers a question about the statements that a principal may read, from the facts in
/// memory (fact_cache.h) or else by walking through the selection: the same on every backend,
/// voided statements nowhere. `grow` is asked before more memory is taken. Errors: invalid (no such
/// time zone); too_large (more than Tally::groups_max groups, or more memory than there is);
/// unavailable, also after Options::store_deadline.
Result<Statistics> statistics(Lrs& lrs, const auth::Principal& principal, const Question& question,
                              const std::vector<xapi::LanguageRange>& languages,
                              const Tally::Grow& grow);

}  // namespace lectern::lrs
