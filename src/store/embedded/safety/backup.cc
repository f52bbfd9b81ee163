#include "store/embedded/safety/backup.h"

#include <algorithm>
#include <atomic>
#include <filesystem>

#include <rocksdb/utilities/backup_engine.h>

#include "store/embedded/safety/durable_names.h"
#include "store/embedded/safety/private_files.h"

namespace lectern::store::embedded {
namespace {

constexpr std::uint64_t progress_bytes = std::uint64_t{4} << 20;
/// Two copy as fast as a disk takes it; more would take cores from those who load meanwhile. They
/// have the priority of the others: a million statements cost 2 s of a core, and with the lowest
/// one they took a minute and a half where other programs kept the cores busy.
constexpr int copying_threads = 2;

class Silent final : public rocksdb::Logger {
 public:
  using Logger::Logv;
  void Logv(const char*, va_list) override {}
  std::size_t GetLogFileSize() const override { return 0; }
};

Error error_of_backup(const rocksdb::Status& status, const std::string& folder,
                      std::string_view doing) {
  return {status.IsCorruption() ? Code::internal : Code::unavailable,
          std::string(doing) + " " + folder + ": " + status.ToString(),
          {},
          {},
          {}};
}

/// The engine with what it uses.
struct Backups {
  std::unique_ptr<rocksdb::Env> env = private_files(durable_names(rocksdb::FileSystem::Default()));
  Silent log;
  std::unique_ptr<rocksdb::BackupEngine> backups;
};

Result<std::unique_ptr<Backups>> open_backups(const std::string& folder) {
  auto engine = std::make_unique<Backups>();
  rocksdb::BackupEngineOptions options(folder, engine->env.get());
  options.info_log = &engine->log;
  options.max_background_operations = copying_threads;
  options.callback_trigger_interval_size = progress_bytes;
  rocksdb::BackupEngine* opened = nullptr;
  const auto status = rocksdb::BackupEngine::Open(options, engine->env.get(), &opened);
  if (!status.ok()) return fail(error_of_backup(status, folder, "cannot open the backups in"));
  engine->backups.reset(opened);
  return engine;
}

/// Closes folders to others: the engine makes them itself.
void make_all_private(const std::string& folder) {
  make_private(folder);
  std::error_code error;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, error))
    if (entry.is_directory(error)) make_private(entry.path().string());
}

std::uint64_t bytes_under(const std::string& folder) {
  std::uint64_t bytes = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, error))
    if (entry.is_regular_file(error)) bytes += entry.file_size(error);
  return bytes;
}

/// A folder may become one of backups if it is new, empty, or is one already.
Result<void> check_destination(const std::string& folder) {
  namespace fs = std::filesystem;
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    return fail(Code::invalid, "cannot make the folder " + folder + ": " + error.message());
  if (fs::is_empty(folder, error) || fs::is_directory(folder + "/meta", error)) return {};
  return fail(Code::invalid, folder +
                                 " holds other files: name a folder that is new, empty, or "
                                 "holds earlier backups");
}

std::vector<rocksdb::BackupInfo> infos_of(const Backups& engine) {
  std::vector<rocksdb::BackupInfo> infos;
  engine.backups->GetBackupInfo(&infos);
  return infos;
}

BackupEntry entry_of(const rocksdb::BackupInfo& info) {
  return {info.backup_id, info.timestamp, info.size, info.app_metadata};
}

}  // namespace

Result<BackupReport> make_backup(Database& database, const std::string& folder,
                                 const std::string& extra, const OnProgress& on_progress) {
  RETURN_IF_ERROR(check_destination(folder));
  TRY(const auto engine, open_backups(folder));
  TRY(const auto pass, database.use(Deadline::max()));
  const auto before = bytes_under(folder);
  std::uint64_t total = 0;
  database.rocks().GetAggregatedIntProperty(rocksdb::DB::Properties::kLiveSstFilesSize, &total);
  std::atomic<std::uint64_t> pieces = 0;
  rocksdb::CreateBackupOptions options;
  options.progress_callback = [&] {
    if (!on_progress({++pieces * progress_bytes, total})) engine->backups->StopBackup();
  };
  rocksdb::BackupID number = 0;
  auto status =
      engine->backups->CreateNewBackupWithMetadata(options, &database.rocks(), extra, &number);
  if (!status.ok()) return fail(error_of_backup(status, folder, "cannot write the backup to"));
  make_all_private(folder);
  status = engine->backups->VerifyBackup(number, true);
  if (!status.ok()) return fail(error_of_backup(status, folder, "the new backup is damaged in"));
  BackupReport report;
  report.number = number;
  for (const auto& info : infos_of(*engine)) {
    if (info.backup_id != number) continue;
    report.bytes = info.size;
    report.files = info.number_files;
  }
  const auto after = bytes_under(folder);
  report.bytes_copied = after > before ? after - before : 0;
  return report;
}

Result<std::vector<BackupEntry>> list_backups(const std::string& folder) {
  std::error_code error;
  if (!std::filesystem::is_directory(folder + "/meta", error))
    return fail(Code::invalid, folder + " holds no backups");
  TRY(const auto engine, open_backups(folder));
  std::vector<BackupEntry> entries;
  for (const auto& info : infos_of(*engine)) entries.push_back(entry_of(info));
  if (entries.empty()) return fail(Code::invalid, folder + " holds no backup that is whole");
  return entries;
}

Result<BackupEntry> restore_backup(const std::string& folder, std::optional<std::uint32_t> number,
                                   const std::string& into, const OnProgress& on_progress) {
  TRY(const auto entries, list_backups(folder));
  const auto wanted = number.value_or(entries.back().number);
  const auto entry = std::find_if(entries.begin(), entries.end(),
                                  [&](const BackupEntry& one) { return one.number == wanted; });
  if (entry == entries.end())
    return fail(Code::invalid,
                "there is no whole backup " + std::to_string(wanted) + " in " + folder);
  TRY(const auto engine, open_backups(folder));
  if (!on_progress({0, entry->bytes})) return fail(Code::unavailable, "the restore was stopped");
  std::error_code error;
  std::filesystem::create_directories(into, error);
  make_private(into);
  const auto status = engine->backups->RestoreDBFromBackup(wanted, into, into);
  if (!status.ok()) return fail(error_of_backup(status, folder, "cannot restore from"));
  on_progress({entry->bytes, entry->bytes});
  // Once opened and closed it holds its note, and what was in the log is in files. A note that
  // tells of nothing says that none was lost.
  const auto noted = rocksdb::WriteStringToFile(engine->env.get(), encode_note({}),
                                                into + "/" + std::string(note_name), true);
  if (!noted.ok()) return fail(error_of_backup(noted, into, "cannot write to"));
  TRY(const auto database, Database::open(into));
  TRY(const auto newest, database->newest_stored());
  static_cast<void>(newest);
  return *entry;
}

Result<void> remove_old_backups(const std::string& folder, std::uint32_t keep) {
  TRY(const auto engine, open_backups(folder));
  const auto status = engine->backups->PurgeOldBackups(keep);
  if (!status.ok()) return fail(error_of_backup(status, folder, "cannot remove backups from"));
  return {};
}

}  // namespace lectern::store::embedded
