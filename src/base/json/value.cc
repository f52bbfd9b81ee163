#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>

#include "base/assert.h"
#include "base/json/json.h"

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

std::string_view Document::key_of(const Node& node) const {
  if (!node.member) return {};
  if (!node.escaped_key) return text_.substr(node.key + 1, node.key_size - 2);
  return std::string_view(unescaped_).substr(node.key + sizeof(EscapedKey), node.key_size);
}

std::string_view Document::key_source_of(const Node& node) const {
  if (!node.member) return {};
  if (!node.escaped_key) return text_.substr(node.key, node.key_size);
  EscapedKey place;
  std::memcpy(&place, unescaped_.data() + node.key, sizeof place);
  return text_.substr(place.begin, place.size);
}

std::string_view Document::string_of(const Node& node) const {
  if (!node.escaped) return text_.substr(node.begin + 1, node.end - node.begin - 2);
  std::uint32_t size = 0;
  std::memcpy(&size, unescaped_.data() + node.children, sizeof size);
  return std::string_view(unescaped_).substr(node.children + sizeof size, size);
}

Type Value::type() const { return document_->type_of(document_->nodes_[index_]); }

std::string_view Value::string() const {
  LECTERN_ASSERT(is(Type::string));
  return document_->string_of(document_->nodes_[index_]);
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

std::size_t Value::size() const {
  const auto& node = document_->nodes_[index_];
  return document_->type_of(node) == Type::string ? 0 : node.children;
}

std::optional<Value> Value::find(std::string_view key) const {
  const auto& nodes = document_->nodes_;
  const auto& self = nodes[index_];
  if (document_->type_of(self) != Type::object || self.children == 0) return std::nullopt;
  if (self.sorted != 0) {
    const auto& order = document_->sorted_[self.sorted - 1];
    const auto place = std::lower_bound(
        order.begin(), order.end(), key,
        [&](std::uint32_t at, std::string_view k) { return document_->key_of(nodes[at]) < k; });
    if (place == order.end() || document_->key_of(nodes[*place]) != key) return std::nullopt;
    return Value(document_, *place);
  }
  const char* const text = document_->text_.data();
  for (std::uint32_t at = index_ + 1; at != 0; at = nodes[at].next) {
    const auto& member = nodes[at];
    const bool same = member.escaped_key
                          ? document_->key_of(member) == key
                          : member.key_size == key.size() + 2 &&
                                std::memcmp(text + member.key + 1, key.data(), key.size()) == 0;
    if (same) return Value(document_, at);
  }
  return std::nullopt;
}

std::string_view Value::key() const { return document_->key_of(document_->nodes_[index_]); }

std::string_view Value::source() const {
  const auto& node = document_->nodes_[index_];
  return document_->text_.substr(node.begin, node.end - node.begin);
}

std::string_view Value::key_source() const {
  return document_->key_source_of(document_->nodes_[index_]);
}

std::size_t Value::offset() const { return document_->nodes_[index_].begin; }

std::string Value::pointer() const {
  const auto& nodes = document_->nodes_;
  std::vector<std::uint32_t> way;
  for (std::uint32_t at = index_; at != 0; at = nodes[at].parent) way.push_back(at);
  std::string out;
  for (; !way.empty(); way.pop_back()) {
    const auto& node = nodes[way.back()];
    out += '/';
    if (!node.member) {
      out += std::to_string(node.key);
      continue;
    }
    for (const char c : document_->key_of(node)) {
      if (c == '~')
        out += "~0";
      else if (c == '/')
        out += "~1";
      else
        out += c;
    }
  }
  return out;
}

Value::Range Value::children() const {
  return Range(Iterator(document_, size() == 0 ? 0 : index_ + 1), Iterator(document_, 0));
}

Value::Iterator& Value::Iterator::operator++() {
  index_ = document_->nodes_[index_].next;
  return *this;
}

}  // namespace lectern::json
