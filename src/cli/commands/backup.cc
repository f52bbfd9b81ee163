#include "cli/commands/backup.h"

#include <chrono>
#include <cstdint>
#include <filesystem>

#include <fmt/format.h>

#include "base/json/json.h"
#include "cli/process/maintenance_control.h"
#include "cli/terminal/progress_bar.h"
#include "store/open_embedded.h"

namespace lectern::cli {
namespace {

std::uint64_t number_in(const std::string& object, std::string_view name) {
  const auto document = json::parse(object);
  const auto member = document ? (*document)->root().find(name) : std::nullopt;
  return member ? static_cast<std::uint64_t>(member->as_integer().value_or(0)) : 0;
}

/// By the running server, which has the store open; else here.
Result<std::string> back_up(const Settings& settings, const std::string& folder) {
  ProgressBar bar("backup");
  const auto on_progress = [&](const store::WorkProgress& progress) {
    bar.show(progress);
    return true;
  };
  if (auto answer = ask_server(settings.app_dir, backup_request(folder), on_progress))
    return std::move(*answer);
  const auto place = store::embedded_folder_of(settings.store_settings());
  if (!store::has_embedded(place)) return fail(Code::not_found, "there is no store in " + place);
  TRY(const auto maintenance, store::open_embedded_maintenance(place));
  TRY(const auto report, maintenance->backup(folder, backup_extra(settings), on_progress));
  return as_json(report);
}

/// The server does the work, and may see other files than this command: a unit of systemd has a
/// /tmp of its own.
Result<void> check_seen(const std::filesystem::path& folder) {
  std::error_code error;
  if (std::filesystem::exists(folder, error) || error) return {};
  return fail(Code::invalid,
              "The server wrote the backup to " + folder.string() +
                  ", which is not there for this command: name a folder that both see, such as one "
                  "below /var/backups that the server may write");
}

int run_backup(const Invocation& invocation) {
  const auto loaded = settings_for(invocation);
  if (!loaded) return 1;
  const auto& settings = loaded->settings;
  if (store::embedded_folder_of(settings.store_settings()).empty())
    return failure(where_else(settings));
  std::uint32_t keep = 0;
  if (const auto text = invocation.value("--keep")) {
    const auto number = json::parse(*text);
    const auto value = number && (*number)->root().is(json::Type::number)
                           ? (*number)->root().as_integer()
                           : std::nullopt;
    if (!value || *value < 1 || *value > INT32_MAX)
      return usage_error(invocation, "--keep: a number from 1 on is wanted");
    keep = static_cast<std::uint32_t>(*value);
  }
  const auto folder = std::filesystem::absolute(*invocation.value("DEST")).lexically_normal();
  const auto began = std::chrono::steady_clock::now();
  const auto report = back_up(settings, folder.string());
  if (!report) return failure(report.error().message);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  if (const auto seen = check_seen(folder); !seen) return failure(seen.error().message);
  if (keep > 0)
    if (const auto removed = store::remove_old_backups(folder.string(), keep); !removed)
      return failure(removed.error().message);
  if (invocation.has("--json")) {
    fmt::print("{}\n", *report);
    return 0;
  }
  fmt::print("backup {} is in {}, checked: {} bytes, {} of them copied, in {:.1f} s\n",
             number_in(*report, "number"), folder.string(), number_in(*report, "bytes"),
             number_in(*report, "bytes_copied"), took.count());
  if (const auto rest = where_else(settings); !rest.empty()) fmt::print("not in it: {}\n", rest);
  return 0;
}

}  // namespace

Command backup_command() {
  return {"backup",
          "Copy the embedded store and the credentials, while the server runs",
          {{"DEST", "FOLDER", "New, empty, or with earlier backups", true},
           {"-b,--backend", "NAME", "Backend of the server", false, false, "RUNSERVER_BACKEND"},
           {"--keep", "N", "Remove all but the newest N backups afterwards"},
           {"--json", "", "Print one JSON object"}},
          run_backup};
}

}  // namespace lectern::cli
