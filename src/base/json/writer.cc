#include "base/json/writer.h"

#include <charconv>
#include <utility>

#include "base/assert.h"
#include "base/json/json.h"

namespace lectern::json {
namespace {

template <typename Number>
void append_number(std::string& out, Number value) {
  char digits[24];
  const auto written = std::to_chars(digits, digits + sizeof digits, value);
  out.append(digits, written.ptr);
}

}  // namespace

void Writer::separate(bool from_next) {
  if (separates_) text_ += spaced_ ? std::string_view(", ") : std::string_view(",");
  separates_ = from_next;
}

Writer& Writer::open(char opening, char closing) {
  separate(false);
  text_ += opening;
  closings_ += closing;
  return *this;
}

Writer& Writer::end() {
  LECTERN_ASSERT(!closings_.empty());
  text_ += closings_.back();
  closings_.pop_back();
  separates_ = true;
  return *this;
}

Writer& Writer::key(std::string_view name) {
  separate(false);
  append_quoted(text_, name);
  text_ += spaced_ ? std::string_view(": ") : std::string_view(":");
  return *this;
}

Writer& Writer::raw(std::string_view json) {
  separate(true);
  text_ += json;
  return *this;
}

Writer& Writer::number(std::int64_t value) {
  separate(true);
  append_number(text_, value);
  return *this;
}

Writer& Writer::number(std::uint64_t value) {
  separate(true);
  append_number(text_, value);
  return *this;
}

Writer& Writer::string(std::string_view value) {
  separate(true);
  append_quoted(text_, value);
  return *this;
}

Writer& Writer::on_line(std::size_t columns) {
  if (separates_) text_ += ',';
  separates_ = false;
  text_.append(1, '\n').append(columns, ' ');
  return *this;
}

Writer& Writer::end_on_line(std::size_t columns) {
  text_.append(1, '\n').append(columns, ' ');
  return end();
}

Writer& Writer::line() {
  LECTERN_ASSERT(closings_.empty());
  text_ += '\n';
  separates_ = false;
  return *this;
}

std::string Writer::take() {
  LECTERN_ASSERT(closings_.empty());
  separates_ = false;
  return std::exchange(text_, {});
}

}  // namespace lectern::json
