#include "http/wire/faults.h"

#include <fmt/format.h>

#include "base/log.h"
#include "http/respond.h"

namespace lectern::http {
Fault fault_of(const Error& error) {
  if (!error.detail.empty()) log::error("{}: {}", error.message, error.detail);
  return {status_of(error.code), error.message};
}

Fault too_large(std::uint64_t bytes_max, bool known) {
  return {413, fmt::format("The request's body is too large: more than {} bytes{}", bytes_max,
                           known ? " (LECTERN_RUNSERVER_BODY_BYTES_MAX)"
                                 : ", which is all that is taken without an Authorization header")};
}

}  // namespace lectern::http
