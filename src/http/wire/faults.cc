#include "http/wire/faults.h"

#include <fmt/format.h>

#include "base/log.h"

namespace lectern::http {
namespace {

int status_of(const Error& error) {
  switch (error.code) {
    case Code::invalid:
      return 400;
    case Code::too_large:
      return 413;
    case Code::unavailable:
      return 503;
    default:
      return 500;
  }
}

}  // namespace

Fault fault_of(const Error& error) {
  if (!error.detail.empty()) log::error("{}: {}", error.message, error.detail);
  return {status_of(error), error.message};
}

Fault too_large(std::uint64_t bytes_max, bool known) {
  return {413, fmt::format("The request's body is too large: more than {} bytes{}", bytes_max,
                           known ? " (LECTERN_RUNSERVER_BODY_BYTES_MAX)"
                                 : ", which is all that is taken without an Authorization header")};
}

}  // namespace lectern::http
