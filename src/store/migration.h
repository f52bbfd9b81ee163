#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/statement_store.h"

namespace lectern::store {

/// How far a migration is. `reasons` holds the first few rows that could not be read and why.
struct MigrationProgress {
  std::uint64_t total = 0;
  std::uint64_t done = 0;
  std::uint64_t unreadable = 0;
  std::vector<std::string> reasons;
};

/// Completes rows that lack our part (those that Ralph wrote), while the store is in use.
/// Stopped at any moment it goes on where it was when it is run again.
class Migration {
 public:
  virtual ~Migration() = default;
  /// How many rows lack our part.
  virtual Result<std::uint64_t> count(const Context& context) = 0;
  /// Completes them, calling `report` now and then from the calling thread; when it returns false
  /// the migration stops early. With `dry_run` nothing is written.
  virtual Result<MigrationProgress> run(
      const Context& context, bool dry_run,
      const std::function<bool(const MigrationProgress&)>& report) = 0;
};

}  // namespace lectern::store
