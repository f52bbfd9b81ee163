#include "http/request/parameters.h"

#include <fmt/format.h>

namespace lectern::http {

Result<std::string_view> required(const Exchange& exchange, std::string_view name) {
  if (const auto value = xapi::value_of(exchange.parameters, name)) return *value;
  return fail(Error{Code::invalid,
                    fmt::format("The parameter `{}` is missing", name),
                    {},
                    "Communication 2.0",
                    {}});
}

}  // namespace lectern::http
