#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include <rocksdb/db.h>

#include "base/result.h"
#include "store/embedded/keys.h"

namespace lectern::store::embedded {

/// The column families of keys.h.
enum class Family : std::size_t { defaults, bodies, ids, postings, references, documents, blobs };
inline constexpr std::size_t family_count = 7;

/// What a failed call to RocksDB is to our callers. `doing` goes to the log with the cause.
Error error_of(const rocksdb::Status& status, std::string_view doing);
/// For bytes that do not follow keys.h and values.h.
Error damaged(std::string_view what);

inline std::string_view view(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

template <std::size_t size>
rocksdb::Slice slice(const std::array<char, size>& bytes) {
  return {bytes.data(), bytes.size()};
}

/// The folder of the embedded store, opened; it belongs to this process until this is destroyed.
/// Thread-safe.
class Database {
 public:
  /// Opens the folder, making it when it is not there. Errors: unavailable when another process
  /// owns it; invalid when it cannot be made or was written by a later version; internal.
  static Result<std::unique_ptr<Database>> open(const std::string& folder);
  /// Writes out what is in memory, so that the next start has nothing to replay.
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  rocksdb::DB& rocks() const { return *rocks_; }
  rocksdb::ColumnFamilyHandle* family(Family family) const {
    return families_[static_cast<std::size_t>(family)];
  }
  /// The bytes under a key, or nothing.
  Result<std::optional<std::string>> get(Family family, const std::string& key) const;

  /// The number of a target, if anything was stored in it.
  std::optional<TargetNumber> find_target(const std::string& name) const;
  /// The number of a target, given to it now where it has none.
  Result<TargetNumber> make_target(const std::string& name);

  TermHash hash_of(TargetNumber target, std::string_view term) const;

  /// The latest `stored` of all targets.
  Result<Time> newest_stored() const;

 private:
  Database() = default;
  Result<void> read_defaults();
  Result<void> read_targets();

  std::unique_ptr<rocksdb::DB> rocks_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;
  std::array<char, 16> hash_key_{};

  mutable std::shared_mutex mutex_;
  // Guarded by mutex_:
  std::map<std::string, TargetNumber> targets_;
};

}  // namespace lectern::store::embedded
