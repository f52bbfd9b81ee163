#pragma once

#include <cstdint>

#include "base/result.h"
#include "http/wire/request_parser.h"

namespace lectern::http {

/// The server's own answer to an error of its parts; what is for the operator goes to the log.
Fault fault_of(const Error& error);

/// 413 for a body of more than `bytes_max`, which is less for a client that is not `known`.
Fault too_large(std::uint64_t bytes_max, bool known);

}  // namespace lectern::http
