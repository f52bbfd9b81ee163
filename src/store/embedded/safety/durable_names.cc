#include "store/embedded/safety/durable_names.h"

#include <atomic>
#include <string>

namespace lectern::store::embedded {
namespace {

using rocksdb::FileOptions;
using rocksdb::FSWritableFile;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

/// A new file, whose first sync is one of its folder too.
class NewFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  NewFile(std::unique_ptr<FSWritableFile> file, rocksdb::FileSystem& files, std::string folder)
      : FSWritableFileOwnerWrapper(std::move(file)), files_(files), folder_(std::move(folder)) {}

  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    return sync_name(target()->Sync(options, debug), options, debug);
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return sync_name(target()->Fsync(options, debug), options, debug);
  }

 private:
  IOStatus sync_name(IOStatus synced, const IOOptions& options, IODebugContext* debug) {
    if (!synced.ok() || is_named_) return synced;
    std::unique_ptr<rocksdb::FSDirectory> folder;
    auto status = files_.NewDirectory(folder_, options, &folder, debug);
    if (status.ok()) status = folder->Fsync(options, debug);
    if (status.ok()) is_named_ = true;
    return status;
  }

  rocksdb::FileSystem& files_;
  const std::string folder_;
  std::atomic<bool> is_named_ = false;
};

class DurableNames final : public rocksdb::FileSystemWrapper {
 public:
  using FileSystemWrapper::FileSystemWrapper;
  const char* Name() const override { return "DurableNames"; }

  IOStatus NewWritableFile(const std::string& name, const FileOptions& options,
                           std::unique_ptr<FSWritableFile>* file, IODebugContext* debug) override {
    auto made = target()->NewWritableFile(name, options, file, debug);
    if (made.ok())
      *file = std::make_unique<NewFile>(std::move(*file), *target(),
                                        name.substr(0, name.find_last_of('/')));
    return made;
  }
};

}  // namespace

std::shared_ptr<rocksdb::FileSystem> durable_names(std::shared_ptr<rocksdb::FileSystem> base) {
  return std::make_shared<DurableNames>(std::move(base));
}

}  // namespace lectern::store::embedded
