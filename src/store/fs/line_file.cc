#include "store/fs/line_file.h"

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace lectern::store::fs {
namespace {

constexpr std::size_t piece_bytes = std::size_t{1} << 20;

tl::unexpected<Error> failed(const std::string& path, const char* doing) {
  return fail(Code::unavailable, "The store cannot be used now",
              std::string(doing) + " " + path + ": " + std::strerror(errno));
}

Result<void> write_all(int file, std::string_view bytes, std::uint64_t at,
                       const std::string& path) {
  while (!bytes.empty()) {
    const auto wrote = pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return failed(path, "writing");
    at += static_cast<std::uint64_t>(wrote);
    bytes.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<LineFile>> LineFile::open(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) {
    const auto why = error ? error.message() : std::string(std::strerror(errno));
    return fail(Code::invalid, "cannot open the file " + path + ": " + why);
  }
  std::unique_ptr<LineFile> opened(new LineFile(path, file));
  if (flock(file, LOCK_EX | LOCK_NB) != 0)
    return fail(Code::unavailable, "another lectern process owns the file " + path);
  return opened;
}

LineFile::~LineFile() { ::close(file_); }

Result<void> LineFile::read_new(const std::function<void(std::string_view)>& take) {
  struct stat status {};
  if (fstat(file_, &status) != 0) return failed(path_, "looking at");
  if (static_cast<std::uint64_t>(status.st_size) <= read_) return {};
  std::string rest;
  auto at = read_;
  for (;;) {
    const auto begin = rest.size();
    rest.resize(begin + piece_bytes);
    const auto got = pread(file_, rest.data() + begin, piece_bytes, static_cast<off_t>(at));
    if (got < 0) return failed(path_, "reading");
    rest.resize(begin + static_cast<std::size_t>(got));
    if (got == 0) return {};  // what is left is a line that is still being written
    at += static_cast<std::uint64_t>(got);
    std::string_view left = rest;
    for (auto end = left.find('\n'); end != left.npos; end = left.find('\n')) {
      take(left.substr(0, end));
      left.remove_prefix(end + 1);
    }
    read_ = at - left.size();
    rest.erase(0, rest.size() - left.size());
  }
}

Result<void> LineFile::append(std::string_view lines) {
  struct stat status {};
  if (fstat(file_, &status) != 0) return failed(path_, "looking at");
  const auto size = static_cast<std::uint64_t>(status.st_size);
  // A line without an end is what a crash left of one that was never acknowledged; nothing is cut
  // off, since another program may have written it.
  const std::string end = size > read_ ? "\n" : "";
  auto written = write_all(file_, end + std::string(lines), size, path_);
  if (written && fdatasync(file_) != 0) written = failed(path_, "syncing");
  if (!written) {
    if (ftruncate(file_, static_cast<off_t>(size)) != 0) return failed(path_, "taking back in");
    return written;
  }
  read_ = size + end.size() + lines.size();
  return {};
}

}  // namespace lectern::store::fs
