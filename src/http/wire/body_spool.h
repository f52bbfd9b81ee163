#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/wire/message.h"

namespace lectern::http {

/// Where bodies go that are spooled: `dir`, or for "" $TMPDIR, or /tmp.
std::string spool_folder(const std::string& dir);

/// Gathers a body of unknown size: in memory as long as it is small, then in a temporary file that
/// has no name and goes with the Body.
class BodySpool {
 public:
  /// Bodies of more than `memory_bytes_max` go to a file in `dir` ("": $TMPDIR, then /tmp). What is
  /// held is charged to `memory` and `disk`.
  BodySpool(std::size_t memory_bytes_max, std::string dir, Charge memory = {}, Charge disk = {});
  ~BodySpool();
  BodySpool(const BodySpool&) = delete;
  BodySpool& operator=(const BodySpool&) = delete;

  /// Tells the size that is to come, where it is known.
  void expect(std::uint64_t bytes);
  /// Makes room for `bytes` more in tail(), and charges it; false when it does not fit now.
  bool try_reserve(std::size_t bytes);
  /// The same, but waits for room. Errors: unavailable, too_large.
  Result<void> reserve(std::size_t bytes);
  /// Where the next bytes are to be appended.
  std::string& tail() { return tail_; }
  /// Whether tail() has grown enough to be written out with spill().
  bool should_spill() const;
  /// Moves tail() to the file. Blocks. Errors: unavailable (the disk is full, no such folder, too
  /// much spooled), too_large.
  Result<void> spill();
  /// All bytes so far.
  std::uint64_t size() const { return file_bytes_ + tail_.size(); }
  /// The whole body. Blocks when there is a file. Once.
  Result<Body> finish();

 private:
  Result<void> open();
  Result<void> write(std::string_view bytes);
  std::size_t capacity_for(std::size_t bytes) const;

  const std::size_t memory_bytes_max_;
  const std::string dir_;
  std::string tail_;
  std::uint64_t expected_bytes_ = 0;
  std::uint64_t file_bytes_ = 0;
  int file_ = -1;
  Charge memory_;
  Charge disk_;
};

}  // namespace lectern::http
