#include "cli/commands/restore.h"

#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/json/json.h"
#include "base/time/time.h"
#include "cli/process/maintenance_control.h"
#include "cli/terminal/progress_bar.h"
#include "store/open_embedded.h"

namespace lectern::cli {
namespace {

int list(const std::string& folder) {
  const auto entries = store::list_backups(folder);
  if (!entries) return failure(entries.error().message);
  for (const auto& entry : *entries)
    fmt::print("{} {} {} bytes\n", entry.number,
               utc_text(Time{std::chrono::seconds{entry.taken_s}}), entry.bytes);
  return 0;
}

/// Writes the credentials of the backup where there are none, or where they are to be replaced.
Result<std::string> restore_auth(const Settings& settings, const std::string& extra, bool replace) {
  namespace fs = std::filesystem;
  const auto auth = auth_of_extra(extra);
  if (!auth) return std::string("the backup holds no credentials");
  std::error_code error;
  if (fs::exists(settings.auth_file, error)) {
    if (!replace) return settings.auth_file + " was there and is kept";
    fs::rename(settings.auth_file,
               fmt::format("{}.replaced-{}", settings.auth_file, now().time_since_epoch().count()),
               error);
  }
  const int file = open(settings.auth_file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  const bool written =
      file >= 0 && write(file, auth->data(), auth->size()) == static_cast<ssize_t>(auth->size()) &&
      fsync(file) == 0;
  if (file >= 0) close(file);
  if (!written) return fail(Code::unavailable, "cannot write " + settings.auth_file);
  return "the credentials are in " + settings.auth_file;
}

int run_restore(const Invocation& invocation) {
  const auto loaded = settings_for(invocation);
  if (!loaded) return 1;
  const auto& settings = loaded->settings;
  const auto source = *invocation.value("SRC");
  if (invocation.has("--list")) return list(source);
  std::optional<std::uint32_t> number;
  if (const auto text = invocation.value("--number")) {
    const auto parsed = json::parse(*text);
    const auto value = parsed && (*parsed)->root().is(json::Type::number)
                           ? (*parsed)->root().as_integer()
                           : std::nullopt;
    if (!value || *value < 1 || *value > INT32_MAX)
      return usage_error(invocation, "--number: the number of a backup is wanted");
    number = static_cast<std::uint32_t>(*value);
  }
  const bool replace = invocation.has("--replace");
  std::error_code ignored;
  std::filesystem::create_directories(settings.app_dir, ignored);
  const auto place = store::embedded_folder_of(settings.store_settings());
  if (place.empty()) return failure(where_else(settings));
  const auto restored = [&] {
    ProgressBar bar("restore");
    return store::restore_embedded(source, number, place, replace,
                                   [&](const store::WorkProgress& progress) {
                                     bar.show(progress);
                                     return true;
                                   });
  }();
  if (!restored) return failure(restored.error().message);
  fmt::print("backup {} of {} is in {}\n", restored->number,
             utc_text(Time{std::chrono::seconds{restored->taken_s}}), place);
  const auto auth = restore_auth(settings, restored->extra, replace);
  if (!auth) return failure(auth.error().message);
  fmt::print("{}\n", *auth);
  return 0;
}

}  // namespace

Command restore_command() {
  return {"restore",
          "Put a backup in the place of the embedded store, while no server runs",
          {{"SRC", "FOLDER", "That backups were made to", true},
           {"-b,--backend", "NAME", "Backend of the server", false, false, "RUNSERVER_BACKEND"},
           {"--number", "N", "Another backup than the newest"},
           {"--list", "", "Only say which backups are whole"},
           {"--replace", "", "Where there is a store: keep it under another name"}},
          run_restore};
}

}  // namespace lectern::cli
