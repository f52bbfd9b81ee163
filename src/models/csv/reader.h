#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

/// Spreadsheets saved as text, and the statements that a mapping makes of their rows.
namespace lectern::models::csv {

/// The cells of a row, in order.
using Row = std::vector<std::string>;

/// A cell and a row may have so many bytes, a row so many cells.
inline constexpr std::size_t row_bytes_max = 4 << 20;
inline constexpr std::size_t cells_max = 4096;

/// Reads comma-separated values (RFC 4180) piece by piece: cells in quotes with line breaks and
/// doubled quotes, lines that end in CR LF or LF, a byte order mark in front, empty lines passed
/// over. Holds what is fed and not yet taken. Not thread-safe.
class Reader {
 public:
  explicit Reader(char separator) : separator_(separator) {}

  /// Takes more of the file.
  void feed(std::string_view bytes);
  /// Nothing comes behind what was fed.
  void end() { ended_ = true; }

  /// The next row; nothing when more must be fed first, or when all is read. Errors: invalid, for a
  /// quote in the wrong place, text that is no UTF-8, or a row beyond the bounds; nothing behind
  /// such a row can be read.
  Result<std::optional<Row>> next();

  /// The line on which the last row of next() began, from 1.
  std::size_t line() const { return row_line_; }

 private:
  enum class Taken { cell, last_cell, needs_more };

  Result<Taken> take_cell(std::size_t& at, std::string& cell) const;
  Result<Taken> take_quoted(std::size_t& at, std::string& cell) const;
  Result<Taken> take_plain(std::size_t& at, std::string& cell) const;
  Result<Taken> behind_cell(std::size_t& at) const;
  bool skip_empty_lines();
  tl::unexpected<Error> wrong(std::string_view what) const;

  char separator_;
  std::string text_;
  std::size_t begin_ = 0;  // what is before it has been taken
  std::size_t line_ = 1, row_line_ = 1;
  bool ended_ = false, started_ = false;
};

}  // namespace lectern::models::csv
