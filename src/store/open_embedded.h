#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/maintenance.h"
#include "store/settings.h"

/// The folder of an embedded store, for work on it while no server has it open.
namespace lectern::store {

/// Where the embedded store of a server lies, which keeps all or only the documents; "" for none.
std::string embedded_folder_of(const StoreSettings& settings);
/// Whether a store is there.
bool has_embedded(const std::string& folder);

/// Opens it as a server would. Errors: of open_stores().
Result<std::unique_ptr<Maintenance>> open_embedded_maintenance(const std::string& folder);

/// Checks it, also where it cannot be opened as it is, and writes nothing. With `repair`, and where
/// something is wrong, it is built anew from its texts: the damaged one stays beside it whole, and
/// `remarks` say where, what was saved and what was lost.
Result<VerifyReport> verify_embedded(const std::string& folder, bool repair,
                                     const OnProgress& on_progress);

/// The backups in a folder that are whole, oldest first. Errors: invalid where there are none.
Result<std::vector<BackupEntry>> list_backups(const std::string& source);
/// Removes all but the newest `keep`.
Result<void> remove_old_backups(const std::string& source, std::uint32_t keep);
/// Puts a backup (the newest where no number is given) in the place of the store, after its copy
/// was checked. A store that is there is refused with `conflict`, or with `replace` kept under
/// another name.
Result<BackupEntry> restore_embedded(const std::string& source, std::optional<std::uint32_t> number,
                                     const std::string& folder, bool replace,
                                     const OnProgress& on_progress);

}  // namespace lectern::store
