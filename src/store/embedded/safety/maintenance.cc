#include "store/embedded/safety/maintenance.h"

#include "store/embedded/safety/backup.h"
#include "store/embedded/safety/verify.h"

namespace lectern::store::embedded {

Result<VerifyReport> EmbeddedMaintenance::verify(const OnProgress& on_progress) {
  TRY(const auto pass, engine_->database->use(Deadline::max()));
  return verify_database(*engine_->database, on_progress);
}

Result<BackupReport> EmbeddedMaintenance::backup(const std::string& folder,
                                                 const std::string& extra,
                                                 const OnProgress& on_progress) {
  return make_backup(*engine_->database, folder, extra, on_progress);
}

}  // namespace lectern::store::embedded
