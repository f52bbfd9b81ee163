#include "cli/process/file_watch.h"

#include <utility>

namespace lectern::cli {

bool FileWatch::Stamp::operator==(const Stamp& other) const {
  return written.tv_sec == other.written.tv_sec && written.tv_nsec == other.written.tv_nsec &&
         bytes == other.bytes && inode == other.inode;
}

FileWatch::Stamp FileWatch::look(const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return {};
  return {found.st_mtim, found.st_size, found.st_ino};
}

FileWatch::FileWatch(std::vector<std::string> paths) {
  for (auto& path : paths)
    if (!path.empty()) files_.push_back({path, look(path)});
}

bool FileWatch::changed() {
  bool any = false;
  for (auto& file : files_) {
    const Stamp now = look(file.path);
    if (now == file.stamp) continue;
    file.stamp = now;
    any = true;
  }
  return any;
}

}  // namespace lectern::cli
