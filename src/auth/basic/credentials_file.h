#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

#include <sys/stat.h>

#include "auth/basic/credentials.h"
#include "base/concurrency/mutex.h"
#include "base/result.h"

namespace lectern::auth {

/// An auth.json that is read again when it changes. Thread-safe.
class CredentialsFile {
 public:
  CredentialsFile(std::string path, std::chrono::milliseconds interval)
      : path_(std::move(path)), interval_(interval) {}

  /// Reads it for the first time; a missing one holds nobody. Errors: invalid, naming the file.
  Result<void> load();

  /// Who is in it now. Looks at the file at most once an interval; what is wrong with a changed one
  /// is logged, and the users stay those of the last good one. Who is in the file as before keeps
  /// the same Credential object.
  std::shared_ptr<const Credentials> users();

  /// Who was in it when it was last looked at: reads no file. Null when a look is due, which
  /// users() takes.
  std::shared_ptr<const Credentials> users_if_fresh();

  bool exists() const { return exists_; }
  /// Whether it could not be used when it was last read; it is read again once it changes.
  bool is_broken() const { return broken_; }

 private:
  using Clock = std::chrono::steady_clock;

  /// What tells that a file is another one.
  struct Stamp {
    bool exists = false;
    timespec changed{};
    off_t bytes = 0;
    ino_t inode = 0;
    bool operator==(const Stamp& other) const;
  };

  Stamp look() const;
  Result<std::shared_ptr<const Credentials>> read() const REQUIRES(mutex_);

  const std::string path_;
  const std::chrono::milliseconds interval_;
  std::atomic<bool> exists_ = false;
  std::atomic<bool> broken_ = false;

  Mutex mutex_;
  std::shared_ptr<const Credentials> users_ GUARDED_BY(mutex_);
  Stamp stamp_ GUARDED_BY(mutex_);
  Clock::time_point next_look_ GUARDED_BY(mutex_);
};

}  // namespace lectern::auth
