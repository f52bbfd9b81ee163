#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace lectern::pipeline {

/// A file, a pipe or a terminal that lines are written to, unbuffered. One thread at a time.
class Output {
 public:
  /// Standard output.
  static Output to_stdout();
  /// Creates the file, or empties it. Errors: invalid, with the name and why; also where it is one
  /// of `inputs`, which it would destroy.
  static Result<Output> create(const std::string& path, const std::vector<std::string>& inputs);
  ~Output();
  Output(Output&& other) noexcept;
  Output& operator=(Output&&) = delete;
  Output(const Output&) = delete;

  /// Writes all of it. False: nobody reads the pipe any more. Errors: internal, with the name and
  /// why, for instance that the disk is full; what was written of `bytes` before is there.
  Result<bool> write(std::string_view bytes);
  /// Tells of what a file system found out late. Errors: internal.
  Result<void> close();

 private:
  Output(std::string name, int descriptor) : name_(std::move(name)), descriptor_(descriptor) {}

  std::string name_;
  int descriptor_;
};

}  // namespace lectern::pipeline
