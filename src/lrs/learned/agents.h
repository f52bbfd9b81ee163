#pragma once

#include <string>

#include "auth/principal.h"
#include "base/json/json.h"
#include "base/result.h"
#include "lrs/lrs.h"

namespace lectern::lrs {

/// The Person object of an Agent (Communication 2.4): its identifier, and every name that was seen
/// with it (known_of()). `agent` is a valid Agent. JSON text. Errors: unavailable.
Result<std::string> person_of(Lrs& lrs, const auth::Principal& principal, json::Value agent);

}  // namespace lectern::lrs
