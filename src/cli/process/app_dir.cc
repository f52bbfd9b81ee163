#include "cli/process/app_dir.h"

#include <filesystem>

#include <fmt/format.h>

namespace lectern::cli {
namespace {

namespace fs = std::filesystem;

bool holds_anything(const fs::path& folder) {
  std::error_code error;
  const fs::directory_iterator first(folder, error);
  // One that cannot be read may hold something: what follows says so by name.
  return error ? fs::is_directory(folder, error) : first != fs::directory_iterator();
}

/// What tells that a folder of Ralph's name is in use: credentials, or a store of ours; "" if it is
/// not.
std::string sign_of_use(const fs::path& folder) {
  std::error_code error;
  for (const char* name : {"auth.json", "embedded"})
    if (fs::exists(folder / name, error)) return name;
  return "";
}

}  // namespace

AppDir default_app_dir(const std::map<std::string, std::string>& environment) {
  const auto value = [&](const char* name) {
    const auto it = environment.find(name);
    return it == environment.end() ? std::string() : it->second;
  };
  fs::path config = value("XDG_CONFIG_HOME");
  if (config.empty()) config = fs::path(value("HOME")) / ".config";
  const fs::path ours = config / "lectern", ralphs = config / "ralph";
  const std::string sign = sign_of_use(ralphs);
  if (holds_anything(ours)) {
    if (sign.empty()) return {ours.string(), "default", ""};
    return {ours.string(), "default: it holds files, and comes before " + ralphs.string(),
            fmt::format("both {} and {} (by its {}) are in use: the first is served; say which one "
                        "is meant by LECTERN_APP_DIR",
                        ours.string(), ralphs.string(), sign)};
  }
  if (!sign.empty())
    return {ralphs.string(),
            fmt::format("default: Ralph's, which holds {}, while {} holds nothing", sign,
                        ours.string()),
            ""};
  std::error_code error;
  const bool unused = fs::is_directory(ralphs, error);
  return {ours.string(), unused ? "default: " + ralphs.string() + " holds no auth.json" : "default",
          ""};
}

}  // namespace lectern::cli
