#pragma once

#include <string_view>

#include "base/result.h"
#include "http/exchange.h"

namespace lectern::http {

/// The value of a parameter that the resource cannot do without. Errors: invalid, naming it.
Result<std::string_view> required(const Exchange& exchange, std::string_view name);

}  // namespace lectern::http
