#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "http/message.h"

namespace lectern::http {

/// Gathers a body of unknown size: in memory as long as it is small, then in a temporary file that
/// has no name and goes with the Body.
class BodySpool {
 public:
  /// Bodies of more than `memory_bytes_max` go to a file in `dir` ("": $TMPDIR, then /tmp).
  BodySpool(std::size_t memory_bytes_max, std::string dir);
  ~BodySpool();
  BodySpool(const BodySpool&) = delete;
  BodySpool& operator=(const BodySpool&) = delete;

  /// Tells the size that is to come, where it is known.
  void expect(std::uint64_t bytes);
  /// Where the next bytes are to be appended.
  std::string& tail() { return tail_; }
  /// Whether tail() has grown enough to be written out with spill().
  bool should_spill() const;
  /// Moves tail() to the file. Blocks. Errors: unavailable (the disk is full, no such folder).
  Result<void> spill();
  /// All bytes so far.
  std::uint64_t size() const { return file_bytes_ + tail_.size(); }
  /// The whole body, with at least 64 spare bytes behind it. Blocks when there is a file. Once.
  Result<Body> finish();

 private:
  Result<void> open();

  const std::size_t memory_bytes_max_;
  const std::string dir_;
  std::string tail_;
  std::uint64_t expected_bytes_ = 0;
  std::uint64_t file_bytes_ = 0;
  int file_ = -1;
};

}  // namespace lectern::http
