#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/result.h"
#include "pipeline/interrupt.h"

namespace lectern::pipeline {

/// The bytes of a file or of stdin, unpacked where they begin as gzip or zstd do, several members
/// one behind another too. Takes 256 KiB, and what unpacking needs (at most 128 MiB, for zstd
/// --long; usually 8).
class Input {
 public:
  /// Opens a file; "-" is stdin. Errors: invalid, with the name and why.
  static Result<std::unique_ptr<Input>> open(const std::string& path, const Interrupt& interrupt);
  virtual ~Input() = default;

  /// The next bytes, some at least; 0 at the end or once the interrupt has come. Blocks until some
  /// are there. Errors: invalid for packed bytes that are damaged or end early, after all that
  /// could be unpacked was given; internal where reading fails. The message names the file.
  virtual Result<std::size_t> read(std::span<char> into) = 0;

  /// Whether read() would give bytes, or the end, without waiting for another process.
  virtual bool at_hand() const = 0;

  /// What the file is called in messages.
  const std::string& name() const { return name_; }
  /// Bytes that were read of the file so far, packed as they are there.
  virtual std::uint64_t bytes_taken() const = 0;
  /// Bytes of the file, where that can be known.
  virtual std::optional<std::uint64_t> bytes_total() const = 0;

 protected:
  explicit Input(std::string name) : name_(std::move(name)) {}

 private:
  const std::string name_;
};

}  // namespace lectern::pipeline
