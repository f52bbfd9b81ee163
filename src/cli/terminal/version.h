#pragma once

#include <string>
#include <string_view>

namespace lectern::cli {

/// The commit that the build was configured at, as git abbreviates it; "" for a build without git.
std::string_view commit();

/// `0.1.0 (commit 1a2b3c4)`, or `0.1.0`.
std::string version_text();

}  // namespace lectern::cli
