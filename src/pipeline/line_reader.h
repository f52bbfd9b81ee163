#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "pipeline/input.h"

namespace lectern::pipeline {

/// Lines in a row of one input, or one line that is too long to be worked on.
struct Block {
  std::string bytes;             ///< whole lines with their ends; the last of a file may lack it
  std::uint64_t first_line = 1;  ///< the number of the first one in its file
  std::size_t file = 0;          ///< index of its file
  std::uint64_t too_long_bytes = 0;    ///< else 0: of the line, whose bytes are not here
  std::optional<std::string> fault{};  ///< the input ended here, by this: no lines follow
};

/// A line of a block.
struct Line {
  std::string_view text;   ///< without its end
  std::string_view whole;  ///< with it: LF, CR LF or nothing
  std::uint64_t number = 0;

  /// Whether there is nothing but blanks and tabs.
  bool is_blank() const { return text.find_first_not_of(" \t\r") == text.npos; }
};

/// Takes the next line off `rest`, which begins with line `number`. Nothing at the end.
std::optional<Line> next_line(std::string_view& rest, std::uint64_t number);

/// Cuts inputs, one behind another, into blocks of whole lines. Holds one block, and the longest
/// line that is allowed.
class LineReader {
 public:
  /// Bounds of reading.
  struct Options {
    std::vector<std::string> files;  ///< "-" is stdin; at least one
    std::size_t block_bytes = 256 * 1024;
    std::size_t line_bytes_max = 100 * 1024 * 1024;
  };
  /// The interrupt must outlive it.
  LineReader(Options options, const Interrupt& interrupt);

  /// The next block; nothing at the end of all inputs or after an interrupt. A file that cannot be
  /// opened or read gives what could be read, then a block with the fault, then nothing more.
  std::optional<Block> next();

  /// The share of all bytes that were read, 0 to 1; nothing where their number is not known.
  std::optional<double> share() const;
  const std::string& name_of(std::size_t file) const { return options_.files[file]; }

 private:
  std::optional<Block> fault(std::string what);
  std::optional<Block> cut(std::size_t end);
  std::optional<Block> skip_long_line();
  Result<bool> read_more();

  const Options options_;
  const Interrupt& interrupt_;
  std::unique_ptr<Input> input_;
  std::size_t file_ = 0;
  std::uint64_t line_ = 1;    // of the first byte in buffer_
  std::string buffer_;        // what was read and not given yet
  std::size_t searched_ = 0;  // bytes of buffer_ known to hold no line end
  bool ended_ = false;        // the file has
  std::optional<std::string> fault_;
  std::uint64_t bytes_before_ = 0, bytes_all_ = 0;
  bool size_known_ = true;
};

}  // namespace lectern::pipeline
