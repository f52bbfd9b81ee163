#pragma once

#include <cstdlib>
#include <optional>
#include <string>

#include <doctest/doctest.h>

namespace lectern::store {

/// The server that a variable of the environment names, as host:port (tests/servers/run.sh sets
/// it). Without one a test says so and checks nothing.
inline std::optional<std::string> server_named_by(const char* variable) {
  if (const char* address = std::getenv(variable); address != nullptr && *address != '\0')
    return address;
  MESSAGE("skipped: ", variable, " names no server");
  return std::nullopt;
}

}  // namespace lectern::store
