#pragma once

#include <string>

#include "cli/conformance/probe.h"

namespace lectern::cli::conformance {

/// What was found before the checks begin.
struct Preflight {
  std::string obstacle;     ///< why they cannot begin, a sentence; "" when they can
  bool is_lectern = false;  ///< the LRS says so in /about
};

/// Looks whether xAPI is spoken at the URL, and whether the credentials may read and write
/// statements there. Stores nothing.
Preflight look_first(net::HttpClient& client, const Subject& subject);

}  // namespace lectern::cli::conformance
