#include "store/embedded/safety/power_cut_files_test.h"

#include <algorithm>

#include "base/concurrency/mutex.h"

namespace lectern::store::embedded {
namespace {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

constexpr std::size_t page_bytes = 4096;

IOStatus no_file(const std::string& name) { return IOStatus::PathNotFound(name); }

class Silent final : public rocksdb::Logger {
 public:
  using Logger::Logv;
  void Logv(const char*, va_list) override {}
  std::size_t GetLogFileSize() const override { return 0; }
};

struct Lock final : rocksdb::FileLock {
  explicit Lock(std::string locked) : name(std::move(locked)) {}
  std::string name;
};

class Sequential final : public rocksdb::FSSequentialFile {
 public:
  Sequential(PowerCutFiles& files, std::shared_ptr<Inode> inode)
      : files_(files), inode_(std::move(inode)) {}
  IOStatus Read(std::size_t count, const IOOptions&, Slice* result, char* scratch,
                IODebugContext*) override {
    const auto bytes = files_.read(*inode_, at_, count);
    std::copy(bytes.begin(), bytes.end(), scratch);
    *result = Slice(scratch, bytes.size());
    at_ += bytes.size();
    return IOStatus::OK();
  }
  IOStatus Skip(std::uint64_t count) override {
    at_ += count;
    return IOStatus::OK();
  }

 private:
  PowerCutFiles& files_;
  const std::shared_ptr<Inode> inode_;
  std::uint64_t at_ = 0;
};

class RandomAccess final : public rocksdb::FSRandomAccessFile {
 public:
  RandomAccess(PowerCutFiles& files, std::shared_ptr<Inode> inode)
      : files_(files), inode_(std::move(inode)) {}
  IOStatus Read(std::uint64_t at, std::size_t count, const IOOptions&, Slice* result, char* scratch,
                IODebugContext*) const override {
    const auto bytes = files_.read(*inode_, at, count);
    std::copy(bytes.begin(), bytes.end(), scratch);
    *result = Slice(scratch, bytes.size());
    return IOStatus::OK();
  }

 private:
  PowerCutFiles& files_;
  const std::shared_ptr<Inode> inode_;
};

class Writable final : public rocksdb::FSWritableFile {
 public:
  Writable(PowerCutFiles& files, std::shared_ptr<Inode> inode)
      : files_(files), inode_(std::move(inode)) {}
  using FSWritableFile::Append;
  IOStatus Append(const Slice& bytes, const IOOptions&, IODebugContext*) override {
    return files_.append(*inode_, bytes);
  }
  IOStatus Truncate(std::uint64_t bytes, const IOOptions&, IODebugContext*) override {
    return files_.truncate(*inode_, bytes);
  }
  IOStatus Close(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Flush(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Sync(const IOOptions&, IODebugContext*) override { return files_.sync(*inode_); }
  bool IsSyncThreadSafe() const override { return true; }
  std::uint64_t GetFileSize(const IOOptions&, IODebugContext*) override {
    return files_.size(*inode_);
  }

 private:
  PowerCutFiles& files_;
  const std::shared_ptr<Inode> inode_;
};

class ReadWrite final : public rocksdb::FSRandomRWFile {
 public:
  ReadWrite(PowerCutFiles& files, std::shared_ptr<Inode> inode)
      : files_(files), inode_(std::move(inode)) {}
  IOStatus Write(std::uint64_t at, const Slice& bytes, const IOOptions&, IODebugContext*) override {
    return files_.overwrite(*inode_, at, bytes);
  }
  IOStatus Read(std::uint64_t at, std::size_t count, const IOOptions&, Slice* result, char* scratch,
                IODebugContext*) const override {
    const auto bytes = files_.read(*inode_, at, count);
    std::copy(bytes.begin(), bytes.end(), scratch);
    *result = Slice(scratch, bytes.size());
    return IOStatus::OK();
  }
  IOStatus Flush(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Sync(const IOOptions&, IODebugContext*) override { return files_.sync(*inode_); }
  IOStatus Close(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }

 private:
  PowerCutFiles& files_;
  const std::shared_ptr<Inode> inode_;
};

class Folder final : public rocksdb::FSDirectory {
 public:
  explicit Folder(PowerCutFiles& files) : files_(files) {}
  IOStatus Fsync(const IOOptions&, IODebugContext*) override { return files_.sync_names(); }

 private:
  PowerCutFiles& files_;
};

/// What is left of bytes that were written but not synced: none, a first part, or some pages of
/// them among zeros, the last one perhaps with bytes that were never written.
std::string left_of(std::string_view written, std::size_t at, std::mt19937_64& random) {
  const auto below = [&](std::size_t bound) { return static_cast<std::size_t>(random() % bound); };
  if (written.empty() || below(4) == 0) return {};
  std::string left(written.substr(0, below(written.size() + 1)));
  if (below(3) == 0) return left;
  for (std::size_t begin = 0; begin < left.size();) {
    const auto end = std::min(left.size(), begin + page_bytes - (at + begin) % page_bytes);
    if (below(2) == 0)
      std::fill(left.begin() + static_cast<std::ptrdiff_t>(begin),
                left.begin() + static_cast<std::ptrdiff_t>(end), '\0');
    begin = end;
  }
  if (!left.empty() && below(4) == 0) left.back() = static_cast<char>(random());
  return left;
}

}  // namespace

void PowerCutFiles::cut_after(std::uint64_t operations) {
  const MutexLock lock(mutex_);
  cut_at_ = operations_ + operations;
}

bool PowerCutFiles::is_cut() const {
  const MutexLock lock(mutex_);
  return operations_ >= cut_at_;
}

std::uint64_t PowerCutFiles::operations() const {
  const MutexLock lock(mutex_);
  return operations_;
}

void PowerCutFiles::count() {
  if (++operations_ == cut_at_) cut_ = copy_of_disk();
}

PowerCutFiles::Disk PowerCutFiles::copy_of_disk() const {
  std::map<const Inode*, std::shared_ptr<Inode>> copies;
  const auto copy = [&](const std::shared_ptr<Inode>& inode) -> std::shared_ptr<Inode> {
    if (!inode) return nullptr;
    auto& made = copies[inode.get()];
    if (!made) made = std::make_shared<Inode>(*inode);
    return made;
  };
  Disk disk{durable_names_, changes_};
  for (auto& [name, inode] : disk.durable_names) inode = copy(inode);
  for (auto& change : disk.changes) change.inode = copy(change.inode);
  return disk;
}

std::shared_ptr<Inode> PowerCutFiles::find(const std::string& name) const {
  const auto at = names_.find(name);
  return at == names_.end() ? nullptr : at->second;
}

void PowerCutFiles::apply(Names& names, const Change& change) {
  if (!change.from.empty()) names.erase(change.from);
  if (change.inode) {
    names[change.name] = change.inode;
  } else {
    names.erase(change.name);
  }
}

bool PowerCutFiles::has_unsynced_names() const {
  const MutexLock lock(mutex_);
  return !(operations_ >= cut_at_ ? cut_.changes : changes_).empty();
}

std::shared_ptr<PowerCutFiles> PowerCutFiles::after_the_cut(std::mt19937_64& random) const {
  return after_the_cut(random, static_cast<NamesLeft>(random() % 4),
                       static_cast<BytesLeft>(random() % 2));
}

std::shared_ptr<PowerCutFiles> PowerCutFiles::after_the_cut(std::mt19937_64& random,
                                                            NamesLeft names,
                                                            BytesLeft bytes_left) const {
  const MutexLock lock(mutex_);
  auto after = std::make_shared<PowerCutFiles>();
  const MutexLock its(after->mutex_);
  const Disk disk = operations_ >= cut_at_ ? cut_ : copy_of_disk();
  Names left = disk.durable_names;
  const auto first = disk.changes.empty() ? 0 : random() % (disk.changes.size() + 1);
  for (std::size_t i = 0; i < disk.changes.size(); ++i)
    if (names == NamesLeft::all || (names == NamesLeft::the_first && i < first) ||
        (names == NamesLeft::any && random() % 2 == 0))
      apply(left, disk.changes[i]);
  for (const auto& [name, inode] : left) {
    auto bytes = inode->bytes.substr(0, inode->durable_bytes);
    const auto unsynced = std::string_view(inode->bytes).substr(bytes.size());
    if (bytes_left == BytesLeft::any)
      bytes += left_of(unsynced, bytes.size(), random);
    else if (random() % 2 == 0)
      bytes += unsynced;
    if (!inode->overwritten.empty() && random() % 2 == 0) bytes = inode->overwritten;
    const auto durable = bytes.size();
    after->names_[name] = std::make_shared<Inode>(Inode{std::move(bytes), durable, {}});
  }
  after->durable_names_ = after->names_;
  return after;
}

IOStatus PowerCutFiles::NewSequentialFile(const std::string& name, const FileOptions&,
                                          std::unique_ptr<rocksdb::FSSequentialFile>* file,
                                          Debug*) {
  const MutexLock lock(mutex_);
  const auto inode = find(name);
  if (!inode) return no_file(name);
  *file = std::make_unique<Sequential>(*this, inode);
  return IOStatus::OK();
}

IOStatus PowerCutFiles::NewRandomAccessFile(const std::string& name, const FileOptions&,
                                            std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                                            Debug*) {
  const MutexLock lock(mutex_);
  const auto inode = find(name);
  if (!inode) return no_file(name);
  *file = std::make_unique<RandomAccess>(*this, inode);
  return IOStatus::OK();
}

IOStatus PowerCutFiles::NewWritableFile(const std::string& name, const FileOptions&,
                                        std::unique_ptr<rocksdb::FSWritableFile>* file, Debug*) {
  const MutexLock lock(mutex_);
  count();
  const auto inode = std::make_shared<Inode>();
  changes_.push_back({name, inode, {}});
  apply(names_, changes_.back());
  *file = std::make_unique<Writable>(*this, inode);
  return IOStatus::OK();
}

IOStatus PowerCutFiles::ReopenWritableFile(const std::string& name, const FileOptions& options,
                                           std::unique_ptr<rocksdb::FSWritableFile>* file,
                                           Debug* debug) {
  {
    const MutexLock lock(mutex_);
    if (const auto inode = find(name)) {
      *file = std::make_unique<Writable>(*this, inode);
      return IOStatus::OK();
    }
  }
  return NewWritableFile(name, options, file, debug);
}

IOStatus PowerCutFiles::NewRandomRWFile(const std::string& name, const FileOptions&,
                                        std::unique_ptr<rocksdb::FSRandomRWFile>* file, Debug*) {
  const MutexLock lock(mutex_);
  const auto inode = find(name);
  if (!inode) return no_file(name);
  *file = std::make_unique<ReadWrite>(*this, inode);
  return IOStatus::OK();
}

IOStatus PowerCutFiles::NewDirectory(const std::string&, const Options&,
                                     std::unique_ptr<rocksdb::FSDirectory>* directory, Debug*) {
  *directory = std::make_unique<Folder>(*this);
  return IOStatus::OK();
}

IOStatus PowerCutFiles::FileExists(const std::string& name, const Options&, Debug*) {
  const MutexLock lock(mutex_);
  return find(name) ? IOStatus::OK() : IOStatus::NotFound(name);
}

IOStatus PowerCutFiles::GetChildren(const std::string& folder, const Options&,
                                    std::vector<std::string>* names, Debug*) {
  const MutexLock lock(mutex_);
  names->clear();
  for (const auto& [name, inode] : names_)
    if (name.starts_with(folder + "/")) names->push_back(name.substr(folder.size() + 1));
  return IOStatus::OK();
}

IOStatus PowerCutFiles::DeleteFile(const std::string& name, const Options&, Debug*) {
  const MutexLock lock(mutex_);
  count();
  if (!find(name)) return no_file(name);
  changes_.push_back({name, nullptr, {}});
  apply(names_, changes_.back());
  return IOStatus::OK();
}

IOStatus PowerCutFiles::RenameFile(const std::string& from, const std::string& to, const Options&,
                                   Debug*) {
  const MutexLock lock(mutex_);
  count();
  const auto inode = find(from);
  if (!inode) return no_file(from);
  changes_.push_back({to, inode, from});
  apply(names_, changes_.back());
  return IOStatus::OK();
}

IOStatus PowerCutFiles::GetFileSize(const std::string& name, const Options&, std::uint64_t* bytes,
                                    Debug*) {
  const MutexLock lock(mutex_);
  const auto inode = find(name);
  if (!inode) return no_file(name);
  *bytes = inode->bytes.size();
  return IOStatus::OK();
}

IOStatus PowerCutFiles::LockFile(const std::string& name, const Options&, rocksdb::FileLock** lock,
                                 Debug*) {
  const MutexLock guard(mutex_);
  if (!locks_.insert(name).second) return IOStatus::IOError("locked");
  *lock = new Lock(name);
  return IOStatus::OK();
}

IOStatus PowerCutFiles::UnlockFile(rocksdb::FileLock* lock, const Options&, Debug*) {
  const std::unique_ptr<Lock> ours(static_cast<Lock*>(lock));
  const MutexLock guard(mutex_);
  locks_.erase(ours->name);
  return IOStatus::OK();
}

IOStatus PowerCutFiles::CreateDir(const std::string&, const Options&, Debug*) {
  return IOStatus::OK();
}
IOStatus PowerCutFiles::CreateDirIfMissing(const std::string&, const Options&, Debug*) {
  return IOStatus::OK();
}
IOStatus PowerCutFiles::DeleteDir(const std::string&, const Options&, Debug*) {
  return IOStatus::OK();
}
IOStatus PowerCutFiles::GetFileModificationTime(const std::string&, const Options&,
                                                std::uint64_t* time, Debug*) {
  *time = 0;
  return IOStatus::OK();
}
IOStatus PowerCutFiles::GetTestDirectory(const Options&, std::string* path, Debug*) {
  *path = "/";
  return IOStatus::OK();
}
IOStatus PowerCutFiles::GetAbsolutePath(const std::string& path, const Options&,
                                        std::string* absolute, Debug*) {
  *absolute = path;
  return IOStatus::OK();
}
IOStatus PowerCutFiles::IsDirectory(const std::string& path, const Options&, bool* is, Debug*) {
  const MutexLock lock(mutex_);
  *is = !find(path);
  return IOStatus::OK();
}
IOStatus PowerCutFiles::NewLogger(const std::string&, const Options&,
                                  std::shared_ptr<rocksdb::Logger>* logger, Debug*) {
  *logger = std::make_shared<Silent>();
  return IOStatus::OK();
}

IOStatus PowerCutFiles::append(Inode& inode, const Slice& bytes) {
  const MutexLock lock(mutex_);
  inode.bytes.append(bytes.data(), bytes.size());  // may be on disk when the power goes with it
  count();
  return IOStatus::OK();
}

IOStatus PowerCutFiles::overwrite(Inode& inode, std::uint64_t at, const Slice& bytes) {
  const MutexLock lock(mutex_);
  if (inode.overwritten.empty()) inode.overwritten = inode.bytes;
  inode.bytes.resize(std::max<std::size_t>(inode.bytes.size(), at + bytes.size()));
  inode.bytes.replace(at, bytes.size(), bytes.data(), bytes.size());
  count();
  return IOStatus::OK();
}

IOStatus PowerCutFiles::truncate(Inode& inode, std::uint64_t bytes) {
  const MutexLock lock(mutex_);
  count();
  inode.bytes.resize(bytes);
  inode.durable_bytes = std::min<std::size_t>(inode.durable_bytes, bytes);
  return IOStatus::OK();
}

IOStatus PowerCutFiles::sync(Inode& inode) {
  const MutexLock lock(mutex_);
  count();
  inode.durable_bytes = inode.bytes.size();
  inode.overwritten.clear();
  return IOStatus::OK();
}

IOStatus PowerCutFiles::sync_names() {
  const MutexLock lock(mutex_);
  count();
  durable_names_ = names_;
  changes_.clear();
  return IOStatus::OK();
}

std::string PowerCutFiles::read(const Inode& inode, std::uint64_t at, std::size_t bytes_max) const {
  const MutexLock lock(mutex_);
  if (at >= inode.bytes.size()) return {};
  return inode.bytes.substr(at, bytes_max);
}

std::uint64_t PowerCutFiles::size(const Inode& inode) const {
  const MutexLock lock(mutex_);
  return inode.bytes.size();
}

}  // namespace lectern::store::embedded
