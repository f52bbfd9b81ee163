#include "store/embedded/safety/file_joiner.h"

#include <algorithm>
#include <string>
#include <vector>

#include <rocksdb/metadata.h>

#include "base/log.h"

namespace lectern::store::embedded {
namespace {

constexpr std::uint64_t small_file_bytes_max = std::uint64_t{16} << 20;
constexpr std::size_t joined_files = 16;
constexpr std::chrono::seconds pause{2};

/// Files of a level that lie side by side.
std::vector<std::string> small_neighbours(const rocksdb::LevelMetaData& level) {
  auto files = level.files;
  std::sort(files.begin(), files.end(),
            [](const auto& a, const auto& b) { return a.smallestkey < b.smallestkey; });
  std::vector<std::string> names;
  for (const auto& file : files) {
    if (file.size > small_file_bytes_max || file.being_compacted) {
      names.clear();
      continue;
    }
    names.push_back(file.relative_filename);
    if (names.size() == joined_files) return names;
  }
  return {};
}

}  // namespace

Result<bool> join_small_files(Database& database) {
  rocksdb::ColumnFamilyMetaData family;
  database.rocks().GetColumnFamilyMetaData(database.family(Family::bodies), &family);
  for (const auto& level : family.levels) {
    if (level.level == 0) continue;  // RocksDB is about to move these
    const auto names = small_neighbours(level);
    if (names.empty()) continue;
    rocksdb::CompactionOptions options;
    options.compression = rocksdb::kDisableCompressionOption;  // as the family's options say
    const auto status =
        database.rocks().CompactFiles(options, database.family(Family::bodies), names, level.level);
    if (!status.ok()) return fail(error_of(status, "joining files"));
    return true;
  }
  return false;
}

FileJoiner::FileJoiner(Database& database) : database_(database), thread_([this] { work(); }) {}

FileJoiner::~FileJoiner() {
  {
    const MutexLock lock(mutex_);
    stop_ = true;
  }
  stopped_.notify_one();
  thread_.join();
}

Result<bool> FileJoiner::join_when_open() {
  TRY(const auto pass, database_.use(Deadline::max()));
  return join_small_files(database_);
}

void FileJoiner::work() {
  MutexLock lock(mutex_);
  while (!stop_) {
    lock.unlock();
    const auto joined = join_when_open();
    if (!joined) log::debug("embedded store: {}", joined.error().detail);
    lock.lock();
    if (joined && *joined) continue;  // there may be more
    stopped_.wait_for(mutex_, pause, [&]() REQUIRES(mutex_) { return stop_; });
  }
}

}  // namespace lectern::store::embedded
