#include "store/embedded/safety/private_files.h"

#include <cerrno>
#include <filesystem>

#include <sys/stat.h>

namespace lectern::store::embedded {
namespace {

using rocksdb::FileOptions;
using rocksdb::FSWritableFile;
using rocksdb::IODebugContext;
using rocksdb::IOStatus;

constexpr mode_t file_mode = S_IRUSR | S_IWUSR;
constexpr mode_t folder_mode = S_IRWXU;

/// RocksDB's own option for it (Env::SetAllowNonOwnerAccess) changes nothing in 7.8.
class PrivateFiles final : public rocksdb::FileSystemWrapper {
 public:
  using FileSystemWrapper::FileSystemWrapper;
  const char* Name() const override { return "PrivateFiles"; }

  IOStatus NewWritableFile(const std::string& name, const FileOptions& options,
                           std::unique_ptr<FSWritableFile>* file, IODebugContext* debug) override {
    return close_to_others(name, target()->NewWritableFile(name, options, file, debug));
  }
  IOStatus ReopenWritableFile(const std::string& name, const FileOptions& options,
                              std::unique_ptr<FSWritableFile>* file,
                              IODebugContext* debug) override {
    return close_to_others(name, target()->ReopenWritableFile(name, options, file, debug));
  }
  IOStatus NewRandomRWFile(const std::string& name, const FileOptions& options,
                           std::unique_ptr<rocksdb::FSRandomRWFile>* file,
                           IODebugContext* debug) override {
    return close_to_others(name, target()->NewRandomRWFile(name, options, file, debug));
  }
  IOStatus LockFile(const std::string& name, const rocksdb::IOOptions& options,
                    rocksdb::FileLock** lock, IODebugContext* debug) override {
    return close_to_others(name, target()->LockFile(name, options, lock, debug));
  }
  IOStatus NewLogger(const std::string& name, const rocksdb::IOOptions& options,
                     std::shared_ptr<rocksdb::Logger>* logger, IODebugContext* debug) override {
    return close_to_others(name, target()->NewLogger(name, options, logger, debug));
  }

 private:
  static IOStatus close_to_others(const std::string& name, IOStatus made) {
    if (made.ok() && chmod(name.c_str(), file_mode) != 0) errno = 0;  // the folder is closed too
    return made;
  }
};

bool is_open_to_others(const std::string& path) {
  struct stat about {};
  return stat(path.c_str(), &about) == 0 && (about.st_mode & (S_IRWXG | S_IRWXO)) != 0;
}

bool close_to_others(const std::string& path, mode_t mode) {
  return is_open_to_others(path) && chmod(path.c_str(), mode) == 0;
}

}  // namespace

std::unique_ptr<rocksdb::Env> private_files(std::shared_ptr<rocksdb::FileSystem> base) {
  return rocksdb::NewCompositeEnv(std::make_shared<PrivateFiles>(std::move(base)));
}

std::size_t make_private(const std::string& folder) {
  std::size_t changed = close_to_others(folder, folder_mode) ? 1 : 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error))
    if (entry.is_regular_file(error) && close_to_others(entry.path().string(), file_mode))
      ++changed;
  return changed;
}

}  // namespace lectern::store::embedded
