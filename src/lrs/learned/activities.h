#pragma once

#include <string>
#include <string_view>

#include "auth/principal.h"
#include "base/result.h"
#include "lrs/lrs.h"

namespace lectern::lrs {

/// The Activity object with the canonical definition of all that statements said of it
/// (known_of()), or with its id alone when nothing is known (Communication 2.5). JSON text. Errors:
/// unavailable.
Result<std::string> activity_of(Lrs& lrs, const auth::Principal& principal, std::string_view id);

}  // namespace lectern::lrs
