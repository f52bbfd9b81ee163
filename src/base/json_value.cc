#include <charconv>
#include <limits>

#include "base/assert.h"
#include "base/json.h"

/// What a Value of a parsed text can tell.
namespace lectern::json {

std::string_view name_of(Type type) {
  switch (type) {
    case Type::null:
      return "null";
    case Type::boolean:
      return "a boolean";
    case Type::number:
      return "a number";
    case Type::string:
      return "a string";
    case Type::array:
      return "an array";
    case Type::object:
      return "an object";
  }
  return "";
}

Type Value::type() const { return document_->nodes_[index_].type; }

std::string_view Value::string() const {
  LECTERN_ASSERT(is(Type::string));
  return document_->nodes_[index_].string;
}

std::string_view Value::number() const {
  LECTERN_ASSERT(is(Type::number));
  return source();
}

double Value::as_double() const {
  const std::string_view token = number();
  double value = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), value);
  if (error != std::errc::result_out_of_range) return value;
  // Out of range means too small as well as too large: a negative exponent is the former.
  const std::size_t e = token.find_first_of("eE");
  const bool tiny = e != std::string_view::npos && e + 1 < token.size() && token[e + 1] == '-';
  const double limit = tiny ? 0 : std::numeric_limits<double>::infinity();
  return token.front() == '-' ? -limit : limit;
}

std::optional<std::int64_t> Value::as_integer() const {
  const std::string_view token = number();
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), value);
  if (error != std::errc{} || end != token.data() + token.size()) return std::nullopt;
  return value;
}

bool Value::boolean() const {
  LECTERN_ASSERT(is(Type::boolean));
  return source().front() == 't';
}

std::size_t Value::size() const { return document_->nodes_[index_].children; }

std::optional<Value> Value::find(std::string_view key) const {
  const auto& nodes = document_->nodes_;
  if (nodes[index_].type != Type::object || nodes[index_].children == 0) return std::nullopt;
  for (std::uint32_t at = index_ + 1; at != 0; at = nodes[at].next)
    if (nodes[at].key == key) return Value(document_, at);
  return std::nullopt;
}

std::string_view Value::key() const { return document_->nodes_[index_].key; }

std::string_view Value::source() const {
  const auto& node = document_->nodes_[index_];
  return document_->text_.substr(node.begin, node.end - node.begin);
}

std::string_view Value::key_source() const {
  const auto& node = document_->nodes_[index_];
  return document_->text_.substr(node.key_begin, node.key_end - node.key_begin);
}

std::size_t Value::offset() const { return document_->nodes_[index_].begin; }

std::string Value::pointer() const {
  const auto& nodes = document_->nodes_;
  std::string out;
  for (std::uint32_t at = index_; at != 0; at = nodes[at].parent) {
    std::string step = "/";
    if (nodes[at].key_end > 0) {
      for (const char c : nodes[at].key) {
        if (c == '~')
          step += "~0";
        else if (c == '/')
          step += "~1";
        else
          step += c;
      }
    } else {
      std::size_t position = 0;
      for (std::uint32_t s = nodes[at].parent + 1; s != at; s = nodes[s].next) ++position;
      step += std::to_string(position);
    }
    out.insert(0, step);
  }
  return out;
}

Value::Range Value::children() const {
  const auto& node = document_->nodes_[index_];
  return Range(Iterator(document_, node.children == 0 ? 0 : index_ + 1), Iterator(document_, 0));
}

Value::Iterator& Value::Iterator::operator++() {
  index_ = document_->nodes_[index_].next;
  return *this;
}

}  // namespace lectern::json
