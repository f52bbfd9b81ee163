#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace lectern::pipeline::ws {

/// What a ws or wss URL says.
struct Address {
  bool tls = false;
  std::string host;       ///< without the brackets of IPv6
  std::string port;       ///< that of the scheme where there is none
  std::string authority;  ///< host and port as the Host header has them
  std::string target;     ///< path and query
  std::string userinfo;   ///< `user:password`, percent-decoded; "" without
};

/// Reads a URL. Errors: invalid.
Result<Address> parse_address(std::string_view url);

}  // namespace lectern::pipeline::ws
