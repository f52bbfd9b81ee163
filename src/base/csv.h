#pragma once

#include <string>
#include <string_view>

/// Comma-separated values (RFC 4180) as spreadsheets read them.
namespace lectern::csv {

/// Appends lines to a text. A field is quoted where it must be; one that a spreadsheet would take
/// for a formula gets an apostrophe in front, by which it is text. Not thread-safe.
class CsvWriter {
 public:
  /// Appends to `out`, which outlives it.
  explicit CsvWriter(std::string& out) : out_(out) {}

  /// A text, UTF-8.
  void field(std::string_view text);
  /// A number, as it is written; "" for none.
  void number(std::string_view text);
  /// Ends the line, by CR and LF.
  void end_line();

 private:
  void separate();
  void quoted(std::string_view text, bool harmless);

  std::string& out_;
  bool first_ = true;
};

}  // namespace lectern::csv
