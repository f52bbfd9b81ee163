#include "store/open_embedded.h"

#include <filesystem>
#include <memory>

#include <fmt/format.h>

#include "base/time/time.h"
#include "store/embedded/safety/backup.h"
#include "store/embedded/safety/maintenance.h"
#include "store/embedded/safety/opening_check.h"
#include "store/embedded/safety/rebuild_from_texts.h"
#include "store/embedded/safety/verify.h"

namespace lectern::store {
namespace {

namespace fs = std::filesystem;

/// What opening or reading the folder found wrong, as a report of one fault.
VerifyReport report_of(const Error& error) {
  VerifyReport report;
  report.wrong = 1;
  report.faults.push_back(error.detail.empty() ? error.message
                                               : error.message + ": " + error.detail);
  return report;
}

Result<VerifyReport> verify_stopped(const std::string& folder, const OnProgress& on_progress) {
  auto& env = *rocksdb::Env::Default();
  const auto note = embedded::read_note(env, folder);
  if (!note) return report_of(note.error());
  const auto checked = embedded::check_before_opening(env, folder, *note);
  const auto database = embedded::Database::open_for_reading(folder);
  if (!database) return report_of(checked ? database.error() : checked.error());
  TRY(auto report, embedded::verify_database(**database, on_progress));
  if (!checked) {
    ++report.wrong;
    report.faults.insert(report.faults.begin(), checked.error().message);
  }
  return report;
}

std::string aside_name(const std::string& folder, std::string_view why) {
  return fmt::format("{}.{}-{}", folder, why, now().time_since_epoch().count());
}

}  // namespace

std::string embedded_folder_of(const StoreSettings& settings) {
  if (settings.backend != "embedded") {
    if (settings.backend != "clickhouse" && settings.backend != "fs") return {};
    if (settings.documents_url.starts_with('/')) return settings.documents_url;
    if (!settings.documents_url.empty()) return {};
  }
  return (fs::path(settings.app_dir) / "embedded").string();
}

bool has_embedded(const std::string& folder) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const auto name = entry.path().filename().string();
    if (name != "LOCK" && !name.starts_with("LOG")) return true;
  }
  return false;
}

Result<std::unique_ptr<Maintenance>> open_embedded_maintenance(const std::string& folder) {
  TRY(auto engine, embedded::Engine::open(folder));
  return std::make_unique<embedded::EmbeddedMaintenance>(std::move(engine));
}

Result<VerifyReport> verify_embedded(const std::string& folder, bool repair,
                                     const OnProgress& on_progress) {
  if (!has_embedded(folder)) return fail(Code::not_found, "there is no store in " + folder);
  TRY(auto report, verify_stopped(folder, on_progress));
  if (!repair || report.wrong == 0) return report;
  TRY(const auto rescued, embedded::rescue(folder, on_progress));
  TRY(const auto after, verify_stopped(folder, on_progress));
  report.repaired = rescued.lost.empty() && after.wrong == 0;
  report.remarks.push_back(fmt::format("saved: {} statements, {} documents, {} attachments",
                                       rescued.statements, rescued.documents, rescued.attachments));
  for (const auto& lost : rescued.lost) report.remarks.push_back("lost: " + lost);
  for (const auto& line : after.faults) report.remarks.push_back("still wrong: " + line);
  report.remarks.push_back("the damaged store is kept in " + rescued.kept_in);
  return report;
}

Result<std::vector<BackupEntry>> list_backups(const std::string& source) {
  return embedded::list_backups(source);
}

Result<void> remove_old_backups(const std::string& source, std::uint32_t keep) {
  return embedded::remove_old_backups(source, keep);
}

Result<BackupEntry> restore_embedded(const std::string& source, std::optional<std::uint32_t> number,
                                     const std::string& folder, bool replace,
                                     const OnProgress& on_progress) {
  const bool there = has_embedded(folder);
  std::error_code error;
  if (there) {
    auto& env = *rocksdb::Env::Default();
    rocksdb::FileLock* lock = nullptr;
    if (!env.LockFile(folder + "/LOCK", &lock).ok())
      return fail(Code::unavailable,
                  "another lectern process owns the folder " + folder + ": stop the server first");
    env.UnlockFile(lock).PermitUncheckedError();
  }
  if (there && !replace)
    return fail(Code::conflict, "there is a store in " + folder +
                                    ": with --replace it is kept under another name, and the "
                                    "backup takes its place");
  const auto fresh = folder + ".new";
  fs::remove_all(fresh, error);
  auto entry = embedded::restore_backup(source, number, fresh, on_progress);
  if (!entry) {
    fs::remove_all(fresh, error);
    return entry;
  }
  if (there) {
    fs::rename(folder, aside_name(folder, "replaced"), error);
  } else {
    fs::remove_all(folder, error);
  }
  if (!error) fs::rename(fresh, folder, error);
  if (error)
    return fail(Code::unavailable,
                "cannot put " + fresh + " in the folder of " + folder + ": " + error.message());
  return entry;
}

}  // namespace lectern::store
