#include "models/csv/reader.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/utf8.h"

namespace lectern::models::csv {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

}  // namespace

void Reader::feed(std::string_view bytes) {
  text_.erase(0, begin_);
  begin_ = 0;
  text_ += bytes;
}

tl::unexpected<Error> Reader::wrong(std::string_view what) const {
  return fail(Code::invalid, fmt::format("line {}: {}", row_line_, what));
}

/// Passes over the byte order mark and empty lines; false where more must be fed to tell.
bool Reader::skip_empty_lines() {
  if (!started_) {
    if (text_.size() < byte_order_mark.size() && !ended_) return false;
    started_ = true;
    if (text_.starts_with(byte_order_mark)) begin_ = byte_order_mark.size();
  }
  while (begin_ < text_.size()) {
    if (text_[begin_] == '\n') {
      ++begin_;
    } else if (text_[begin_] == '\r') {
      if (begin_ + 1 == text_.size()) return ended_;
      if (text_[begin_ + 1] != '\n') return true;
      begin_ += 2;
    } else {
      return true;
    }
    ++line_;
  }
  return ended_;
}

Result<std::optional<Row>> Reader::next() {
  if (!skip_empty_lines() || begin_ == text_.size()) return std::optional<Row>();
  row_line_ = line_;
  Row row;
  for (std::size_t at = begin_;;) {
    std::string cell;
    TRY(const Taken taken, take_cell(at, cell));
    if (at - begin_ > row_bytes_max)
      return wrong(fmt::format("a row of more than {} bytes", row_bytes_max));
    if (taken == Taken::needs_more) return std::optional<Row>();
    if (!is_utf8(cell)) return wrong("is not UTF-8: save the file as CSV UTF-8");
    row.push_back(std::move(cell));
    if (row.size() > cells_max) return wrong(fmt::format("more than {} cells", cells_max));
    if (taken == Taken::cell) continue;
    line_ +=
        static_cast<std::size_t>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(begin_),
                                            text_.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
    begin_ = at;
    return std::optional<Row>(std::move(row));
  }
}

Result<Reader::Taken> Reader::take_cell(std::size_t& at, std::string& cell) const {
  if (at < text_.size() && text_[at] == '"') return take_quoted(at, cell);
  return take_plain(at, cell);
}

Result<Reader::Taken> Reader::take_quoted(std::size_t& at, std::string& cell) const {
  ++at;
  while (true) {
    const std::size_t quote = text_.find('"', at);
    if (quote == std::string::npos || (quote + 1 == text_.size() && !ended_)) {
      at = text_.size();
      if (ended_) return wrong("a quote that is never closed");
      return Taken::needs_more;
    }
    cell.append(text_, at, quote - at);
    at = quote + 1;
    if (at == text_.size() || text_[at] != '"') return behind_cell(at);
    cell += '"';
    ++at;
  }
}

Result<Reader::Taken> Reader::take_plain(std::size_t& at, std::string& cell) const {
  const std::size_t begin = at;
  while (at < text_.size() && text_[at] != separator_ && text_[at] != '\n') {
    if (text_[at] == '"') return wrong("a quote inside a cell that does not begin with one");
    ++at;
  }
  if (at == text_.size() && !ended_) return Taken::needs_more;
  std::size_t end = at;
  const bool ends_line = at == text_.size() || text_[at] == '\n';
  if (ends_line && end > begin && text_[end - 1] == '\r') --end;
  cell.assign(text_, begin, end - begin);
  return behind_cell(at);
}

/// Takes the separator or the end of the line.
Result<Reader::Taken> Reader::behind_cell(std::size_t& at) const {
  if (at == text_.size()) return ended_ ? Taken::last_cell : Taken::needs_more;
  if (text_[at] == separator_) {
    ++at;
    return Taken::cell;
  }
  if (text_[at] == '\r') {
    ++at;
    if (at == text_.size()) return ended_ ? Taken::last_cell : Taken::needs_more;
  }
  if (text_[at] != '\n') return wrong("something behind the quote that ends a cell");
  ++at;
  return Taken::last_cell;
}

}  // namespace lectern::models::csv
