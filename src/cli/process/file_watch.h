#pragma once

#include <string>
#include <vector>

#include <sys/stat.h>

namespace lectern::cli {

/// A look-out for files that become others: replaced, written to, or gone. Not thread-safe.
class FileWatch {
 public:
  /// Empty paths are left out.
  explicit FileWatch(std::vector<std::string> paths);

  /// Whether there is no file to watch.
  bool empty() const { return files_.empty(); }
  /// Whether any of them is another than at the last call (at first: than at the construction).
  bool changed();

 private:
  /// What tells that a file is another one.
  struct Stamp {
    timespec written{};
    off_t bytes = -1;  ///< -1: there is no file
    ino_t inode = 0;
    bool operator==(const Stamp& other) const;
  };
  struct File {
    std::string path;
    Stamp stamp;
  };
  static Stamp look(const std::string& path);

  std::vector<File> files_;
};

}  // namespace lectern::cli
