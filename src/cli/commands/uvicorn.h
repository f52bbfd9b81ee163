#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "cli/settings/settings.h"

namespace lectern::cli {

/// What a command line of uvicorn asks for.
struct UvicornCall {
  Overrides overrides;
  std::string env_file;
  std::vector<std::string> ignored;  ///< options that have no meaning here
  bool help = false;
  bool version = false;
};

/// Reads the arguments behind `uvicorn`. `environment` may hold UVICORN_HOST and its like, which
/// the options go before. Errors: invalid, for a bad use.
Result<UvicornCall> parse_uvicorn(const std::vector<std::string>& arguments,
                                  const std::map<std::string, std::string>& environment);

/// Runs the program as `uvicorn ralph.api:app ...`: deployments of Ralph start it so. Returns the
/// exit code.
int run_uvicorn(const std::vector<std::string>& arguments);

}  // namespace lectern::cli
