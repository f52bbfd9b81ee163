#pragma once

#include <memory>

#include "store/embedded/engine.h"
#include "store/maintenance.h"

namespace lectern::store::embedded {

/// Maintenance of an opened folder.
class EmbeddedMaintenance final : public Maintenance {
 public:
  /// Shares the engine with the stores.
  explicit EmbeddedMaintenance(std::shared_ptr<Engine> engine) : engine_(std::move(engine)) {}

  Result<VerifyReport> verify(const OnProgress& on_progress) override;
  Result<BackupReport> backup(const std::string& folder, const std::string& extra,
                              const OnProgress& on_progress) override;
  bool is_damaged() const override { return engine_->database->is_damaged(); }

 private:
  const std::shared_ptr<Engine> engine_;
};

}  // namespace lectern::store::embedded
