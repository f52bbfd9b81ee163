#include "base/csv.h"

namespace lectern::csv {
namespace {

/// What a spreadsheet takes a cell for a formula by (OWASP, CSV injection), also behind blanks and
/// null characters, which it drops.
bool may_be_formula(std::string_view text) {
  constexpr std::string_view dropped(" \0", 2);
  const auto first = text.find_first_not_of(dropped);
  return first != text.npos &&
         std::string_view("=+-@\t\r\n").find(text[first]) != std::string_view::npos;
}

}  // namespace

void CsvWriter::separate() {
  if (!first_) out_ += ',';
  first_ = false;
}

void CsvWriter::field(std::string_view text) {
  separate();
  const bool formula = may_be_formula(text);
  if (!formula && text.find_first_of(",\"\r\n;\t") == text.npos && !text.starts_with(' ') &&
      !text.ends_with(' ')) {
    out_ += text;
    return;
  }
  quoted(text, formula);
}

void CsvWriter::quoted(std::string_view text, bool harmless) {
  out_ += '"';
  if (harmless) out_ += '\'';
  for (const char c : text) {
    if (c == '"') out_ += '"';
    out_ += c;
  }
  out_ += '"';
}

void CsvWriter::number(std::string_view text) {
  separate();
  out_ += text;
}

void CsvWriter::end_line() {
  out_ += "\r\n";
  first_ = true;
}

}  // namespace lectern::csv
