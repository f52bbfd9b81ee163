#pragma once

#include <vector>

#include "auth/principal.h"
#include "base/result.h"
#include "lrs/lrs.h"
#include "lrs/statistics/question.h"
#include "lrs/statistics/tally/tally.h"
#include "store/statement_store.h"
#include "xapi/formats.h"

namespace lectern::lrs {

/// Groups whose names are looked up; those behind go without.
inline constexpr std::size_t named_groups_max = 1'000;

/// Adds to the groups what verbs, activities, courses and actors are called in the language wanted
/// most: activities by what was learned of them, actors by the name that was seen last, verbs as
/// the newest statement has them. What is not known, or not for this principal to read, stays
/// without a name. `grow` is asked for what the names take here and in the answer. Errors: its own;
/// unavailable, also when the context's deadline has passed.
Result<void> add_names(Lrs& lrs, const auth::Principal& principal, const store::Context& context,
                       const Question& question, const std::vector<xapi::LanguageRange>& languages,
                       const Tally::Grow& grow, Statistics& statistics);

}  // namespace lectern::lrs
