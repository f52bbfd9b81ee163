#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace lectern::store {

/// How far a long piece of work is; `total` is an estimate, 0 where there is none.
struct WorkProgress {
  std::uint64_t done = 0;
  std::uint64_t total = 0;
};
/// Is called now and then from a working thread; false: stop the work, which then fails.
using OnProgress = std::function<bool(const WorkProgress&)>;

/// What a verification found.
struct VerifyReport {
  std::uint64_t statements = 0;      ///< that were looked at
  std::uint64_t documents = 0;       ///< likewise
  std::uint64_t attachments = 0;     ///< likewise
  std::uint64_t wrong = 0;           ///< faults
  std::vector<std::string> faults;   ///< a line each, the first verify_lines_max of them
  std::vector<std::string> remarks;  ///< what an operator should know and is no damage
  bool repaired = false;
};
/// Faults that a report tells one by one; those beyond are counted.
inline constexpr std::size_t verify_lines_max = 1000;

/// Of the contents with these hashes, some hundreds at most, those that are not kept.
using MissingContents =
    std::function<Result<std::vector<std::string>>(const std::vector<std::string>& sha2)>;

/// One backup of a folder that holds some.
struct BackupEntry {
  std::uint32_t number = 0;
  std::int64_t taken_s = 0;  ///< seconds since 1970
  std::uint64_t bytes = 0;
  std::string extra;  ///< what was given to be kept with it
};

/// What a backup came to.
struct BackupReport {
  std::uint32_t number = 0;  ///< of the backup, rising
  std::uint64_t bytes = 0;   ///< of all its files
  std::uint64_t files = 0;
  std::uint64_t bytes_copied = 0;  ///< of those that no earlier backup in the folder had
};

/// What keeps a store whole and safe, while it is in use. Thread-safe.
class Maintenance {
 public:
  virtual ~Maintenance() = default;
  /// Checks everything that is kept against everything else. Writes nothing.
  virtual Result<VerifyReport> verify(const OnProgress& on_progress) = 0;
  /// Copies everything, as it is at one instant, to a folder that may hold earlier backups: what
  /// these have is not copied again. `extra` is kept with the backup. Checks the copy. Errors:
  /// invalid where the folder is none or cannot be written; unavailable; internal.
  virtual Result<BackupReport> backup(const std::string& folder, const std::string& extra,
                                      const OnProgress& on_progress) = 0;
  /// Whether damage was met since the start.
  virtual bool is_damaged() const = 0;
};

}  // namespace lectern::store
