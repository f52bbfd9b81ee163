#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "cli/settings/settings.h"
#include "lrs/lrs.h"

namespace lectern::cli {

/// Does what is asked of statements (pipeline/data/embedded.h has the texts), with every right:
/// whoever may ask owns the store's files. A statement keeps the authority it has. Errors: invalid
/// for a request that is not known or a bad query; unavailable.
Result<std::string> do_with_statements(lrs::Lrs& lrs, const std::string& request);

/// The way to the embedded store: the server that has it open, or the store itself, which is opened
/// when the first question finds no server, until this is destroyed. One thread at a time asks.
class StoreDoor {
 public:
  explicit StoreDoor(const Settings& settings);
  ~StoreDoor();
  StoreDoor(const StoreDoor&) = delete;
  StoreDoor& operator=(const StoreDoor&) = delete;

  /// Errors: of do_with_statements(); unavailable too where neither can be reached.
  Result<std::string> ask(const std::string& request);

 private:
  struct Opened;

  const std::string app_dir_;
  const store::StoreSettings settings_;
  std::unique_ptr<Opened> opened_;
};

}  // namespace lectern::cli
