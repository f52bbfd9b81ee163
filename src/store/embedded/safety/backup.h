#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/embedded/database.h"
#include "store/maintenance.h"

/// Backups of the embedded store: a folder of RocksDB's BackupEngine, in which files that do not
/// change are kept once for all backups, each under its checksum.
namespace lectern::store::embedded {

/// Adds a backup to the folder and checks it. See Maintenance::backup().
Result<BackupReport> make_backup(Database& database, const std::string& folder,
                                 const std::string& extra, const OnProgress& on_progress);

/// Those that are whole, oldest first. Errors: invalid where the folder holds none.
Result<std::vector<BackupEntry>> list_backups(const std::string& folder);

/// Copies a backup into a folder that is made for it, checking each file, and opens it once.
Result<BackupEntry> restore_backup(const std::string& folder, std::optional<std::uint32_t> number,
                                   const std::string& into, const OnProgress& on_progress);

/// Removes all but the newest `keep` backups, and files that none of these needs.
Result<void> remove_old_backups(const std::string& folder, std::uint32_t keep);

}  // namespace lectern::store::embedded
