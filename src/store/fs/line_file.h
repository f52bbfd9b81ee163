#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace lectern::store::fs {

/// A file of lines that grows at its end, owned by one Lectern at a time; others (Ralph) may append
/// lines too. Not thread-safe.
class LineFile {
 public:
  /// Opens the file, making it and its folder where they are not there. Errors: invalid when that
  /// is not possible; unavailable when another lectern process owns it.
  static Result<std::unique_ptr<LineFile>> open(const std::string& path);
  ~LineFile();
  LineFile(const LineFile&) = delete;
  LineFile& operator=(const LineFile&) = delete;

  /// Gives each whole line that was not given or appended before to `take`, without its end.
  Result<void> read_new(const std::function<void(std::string_view)>& take);
  /// Appends whole lines and returns when they are on disk. After an error none of them is there.
  Result<void> append(std::string_view lines);

  const std::string& path() const { return path_; }

 private:
  LineFile(std::string path, int file) : path_(std::move(path)), file_(file) {}

  const std::string path_;
  const int file_;
  std::uint64_t read_ = 0;  // bytes from the front that were given or appended
};

}  // namespace lectern::store::fs
