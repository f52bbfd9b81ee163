#pragma once

#include <cstdint>

namespace lectern::http {

/// Bytes sent on a TCP socket that the other side has acknowledged; 0 where the system cannot tell.
std::uint64_t tcp_acknowledged_bytes(int socket);

}  // namespace lectern::http
