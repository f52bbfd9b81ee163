#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <rocksdb/file_system.h>

#include "base/concurrency/mutex.h"

namespace lectern::store::embedded {

/// A file of PowerCutFiles, under whatever names it has.
struct Inode {
  std::string bytes;
  std::size_t durable_bytes = 0;  ///< how much of it was synced, as far as it only grew
  std::string overwritten;        ///< synced bytes that were written over since; "" for none
};

/// Files in memory that behave as those of a disk whose power is cut at a given operation: what was
/// synced stays. Of what was only written, pages are dropped, kept or torn, in no order; names that
/// were given, changed or taken away since the folder was synced are so or are not. Who works on
/// when the power is gone is told nothing of it; none of that is kept. Thread-safe.
class PowerCutFiles final : public rocksdb::FileSystem {
 public:
  PowerCutFiles() = default;
  const char* Name() const override { return "PowerCutFiles"; }

  /// The power goes with the `operations`-th change from now.
  void cut_after(std::uint64_t operations);
  bool is_cut() const;
  std::uint64_t operations() const;
  /// Whether names were given, changed or taken away since the folder was synced, at the cut.
  bool has_unsynced_names() const;
  /// What of those changes the disk holds when the power is back.
  enum class NamesLeft { none, all, the_first, any };
  /// And what of a file that was written and not synced: all or nothing, or some of its pages too.
  enum class BytesLeft { all_or_none, any };
  std::shared_ptr<PowerCutFiles> after_the_cut(std::mt19937_64& random) const;
  std::shared_ptr<PowerCutFiles> after_the_cut(std::mt19937_64& random, NamesLeft names,
                                               BytesLeft bytes) const;

  using IOStatus = rocksdb::IOStatus;
  using Options = rocksdb::IOOptions;
  using FileOptions = rocksdb::FileOptions;
  using Debug = rocksdb::IODebugContext;

  IOStatus NewSequentialFile(const std::string& name, const FileOptions&,
                             std::unique_ptr<rocksdb::FSSequentialFile>* file, Debug*) override;
  IOStatus NewRandomAccessFile(const std::string& name, const FileOptions&,
                               std::unique_ptr<rocksdb::FSRandomAccessFile>* file, Debug*) override;
  IOStatus NewWritableFile(const std::string& name, const FileOptions&,
                           std::unique_ptr<rocksdb::FSWritableFile>* file, Debug*) override;
  IOStatus ReopenWritableFile(const std::string& name, const FileOptions&,
                              std::unique_ptr<rocksdb::FSWritableFile>* file, Debug*) override;
  IOStatus NewRandomRWFile(const std::string& name, const FileOptions&,
                           std::unique_ptr<rocksdb::FSRandomRWFile>* file, Debug*) override;
  IOStatus NewDirectory(const std::string& name, const Options&,
                        std::unique_ptr<rocksdb::FSDirectory>* directory, Debug*) override;
  IOStatus FileExists(const std::string& name, const Options&, Debug*) override;
  IOStatus GetChildren(const std::string& folder, const Options&, std::vector<std::string>* names,
                       Debug*) override;
  IOStatus DeleteFile(const std::string& name, const Options&, Debug*) override;
  IOStatus RenameFile(const std::string& from, const std::string& to, const Options&,
                      Debug*) override;
  IOStatus GetFileSize(const std::string& name, const Options&, std::uint64_t* bytes,
                       Debug*) override;
  IOStatus LockFile(const std::string& name, const Options&, rocksdb::FileLock** lock,
                    Debug*) override;
  IOStatus UnlockFile(rocksdb::FileLock* lock, const Options&, Debug*) override;
  IOStatus CreateDir(const std::string&, const Options&, Debug*) override;
  IOStatus CreateDirIfMissing(const std::string&, const Options&, Debug*) override;
  IOStatus DeleteDir(const std::string&, const Options&, Debug*) override;
  IOStatus GetFileModificationTime(const std::string&, const Options&, std::uint64_t* time,
                                   Debug*) override;
  IOStatus GetTestDirectory(const Options&, std::string* path, Debug*) override;
  IOStatus GetAbsolutePath(const std::string& path, const Options&, std::string* absolute,
                           Debug*) override;
  IOStatus IsDirectory(const std::string& path, const Options&, bool* is, Debug*) override;
  IOStatus NewLogger(const std::string&, const Options&, std::shared_ptr<rocksdb::Logger>* logger,
                     Debug*) override;

  // For the files themselves.
  /// Changes of a file's bytes, each counted as one operation; what they say is durable once it was
  /// synced.
  IOStatus append(Inode& inode, const rocksdb::Slice& bytes);
  IOStatus overwrite(Inode& inode, std::uint64_t at, const rocksdb::Slice& bytes);
  IOStatus truncate(Inode& inode, std::uint64_t bytes);
  IOStatus sync(Inode& inode);
  IOStatus sync_names();
  /// What the process sees of a file, synced or not.
  std::string read(const Inode& inode, std::uint64_t at, std::size_t bytes_max) const;
  std::uint64_t size(const Inode& inode) const;

 private:
  using Names = std::map<std::string, std::shared_ptr<Inode>>;
  /// A change of names since they were synced.
  struct Change {
    std::string name;
    std::shared_ptr<Inode> inode;  // null: the name was taken away
    std::string from;              // of a rename: the name that it had
  };

  /// The disk as it is when the power goes.
  struct Disk {
    Names durable_names;
    std::vector<Change> changes;
  };

  /// Counts a change; with the one at which the power goes, keeps the disk as it is.
  void count() REQUIRES(mutex_);
  Disk copy_of_disk() const REQUIRES(mutex_);
  std::shared_ptr<Inode> find(const std::string& name) const REQUIRES(mutex_);
  static void apply(Names& names, const Change& change);

  mutable Mutex mutex_;
  Names names_ GUARDED_BY(mutex_);
  Names durable_names_ GUARDED_BY(mutex_);
  std::vector<Change> changes_ GUARDED_BY(mutex_);
  std::set<std::string> locks_ GUARDED_BY(mutex_);
  std::uint64_t operations_ GUARDED_BY(mutex_) = 0;
  std::uint64_t cut_at_ GUARDED_BY(mutex_) = UINT64_MAX;
  Disk cut_ GUARDED_BY(mutex_);
};

}  // namespace lectern::store::embedded
