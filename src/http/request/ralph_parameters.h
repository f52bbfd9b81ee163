#pragma once

#include "xapi/query.h"

namespace lectern::http {

/// Spells the parameters of GET and POST /statements as the standard does where Ralph takes more,
/// for clients that send no version header: of a repeated parameter the last one counts; `True`,
/// `1`, `yes`, `on` and their opposites are booleans; `limit` may be `2.0`, `since` and `until` a
/// date, a number of seconds or milliseconds since 1970, or have `_` for T; an empty id, verb or
/// activity filters nothing; beside an id, what does not select is dropped.
void spell_as_standard(xapi::Parameters& parameters);

}  // namespace lectern::http
