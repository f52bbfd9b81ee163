#pragma once

#include <map>
#include <string>

namespace lectern::cli {

/// The application folder where nobody named one, and how it was chosen.
struct AppDir {
  std::string path;
  std::string reason;   ///< for `lectern config`: "default", or that and why
  std::string warning;  ///< "" unless there is another folder that somebody may have meant
};

/// `lectern` in XDG_CONFIG_HOME or ~/.config when it holds anything; else the `ralph` beside it
/// when that holds credentials or a store; else `lectern`. A `ralph` that merely exists, as any
/// command of Ralph's makes it, does not count: the data of a Lectern never seems to be gone.
AppDir default_app_dir(const std::map<std::string, std::string>& environment);

}  // namespace lectern::cli
