#include "base/json.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/assert.h"
#include "base/limits.h"

namespace lectern::json {

namespace ondemand = simdjson::ondemand;

namespace {

/// Objects with more members than this find their duplicate keys by sorting.
constexpr std::size_t pairwise_members_max = 12;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::size_t skip_digits(std::string_view text, std::size_t at) {
  while (at < text.size() && is_digit(text[at])) ++at;
  return at;
}

/// The number grammar of RFC 8259, section 6. simdjson leaves a token unread that nobody converts.
bool is_number(std::string_view text) {
  std::size_t at = 0;
  if (at < text.size() && text[at] == '-') ++at;
  if (at == text.size() || !is_digit(text[at])) return false;
  at = text[at] == '0' ? at + 1 : skip_digits(text, at);
  if (at < text.size() && text[at] == '.') {
    const std::size_t first = at + 1;
    at = skip_digits(text, first);
    if (at == first) return false;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    const std::size_t first = at;
    at = skip_digits(text, first);
    if (at == first) return false;
  }
  return at == text.size();
}

/// Four hexadecimal digits at `at`, as a UTF-16 code unit.
std::optional<unsigned> code_unit(std::string_view text, std::size_t at) {
  unsigned unit = 0;
  if (at + 4 > text.size()) return std::nullopt;
  const char* const first = text.data() + at;
  const auto [end, error] = std::from_chars(first, first + 4, unit, 16);
  if (error != std::errc{} || end != first + 4) return std::nullopt;
  return unit;
}

void append_utf8(std::string& out, unsigned point) {
  const auto tail = [&](unsigned shift) {
    out += static_cast<char>(0x80 | ((point >> shift) & 0x3F));
  };
  if (point < 0x80) {
    out += static_cast<char>(point);
  } else if (point < 0x800) {
    out += static_cast<char>(0xC0 | (point >> 6));
    tail(0);
  } else if (point < 0x10000) {
    out += static_cast<char>(0xE0 | (point >> 12));
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xF0 | (point >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

/// Takes `\uXXXX`, or a pair of them for a character beyond the first plane; false for half a pair.
bool take_unicode_escape(std::string_view& text, std::string& out) {
  const auto high = code_unit(text, 2);
  if (!high || (*high >= 0xDC00 && *high <= 0xDFFF)) return false;
  if (*high < 0xD800 || *high > 0xDBFF) {
    append_utf8(out, *high);
    text.remove_prefix(6);
    return true;
  }
  const auto low = code_unit(text, 8);
  if (text.substr(6, 2) != "\\u" || !low || *low < 0xDC00 || *low > 0xDFFF) return false;
  append_utf8(out, 0x10000 + ((*high - 0xD800) << 10) + (*low - 0xDC00));
  text.remove_prefix(12);
  return true;
}

/// Takes one escape sequence off the front and appends what it stands for; false for a bad one.
bool take_escape(std::string_view& text, std::string& out) {
  constexpr std::string_view letters = "\"\\/bfnrt";
  constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
  if (text.size() < 2) return false;
  if (text[1] == 'u') return take_unicode_escape(text, out);
  const std::size_t which = letters.find(text[1]);
  if (which == std::string_view::npos) return false;
  out += meanings[which];
  text.remove_prefix(2);
  return true;
}

std::string explain(simdjson::error_code error) {
  switch (error) {
    case simdjson::UTF8_ERROR:
      return "the text is not valid UTF-8";
    case simdjson::STRING_ERROR:
      return "a string holds a bad escape or a lone surrogate";
    case simdjson::UNCLOSED_STRING:
      return "a string is not closed";
    case simdjson::UNESCAPED_CHARS:
      return "a string holds an unescaped control character";
    case simdjson::EMPTY:
      return "the text is empty";
    case simdjson::CAPACITY:
      return "the text is too large";
    default:
      return "the text is not well-formed JSON";
  }
}

tl::unexpected<Error> malformed(std::string what) {
  Error error{Code::invalid, std::move(what), {}, "RFC 8259", {}};
  return fail(std::move(error));
}

}  // namespace

/// Walks simdjson's forward-only view once and lays down the nodes.
class Builder {
 public:
  explicit Builder(Document& document) : document_(document) {}

  Result<void> build(std::size_t allocated);

 private:
  using Index = std::uint32_t;

  Result<void> value(ondemand::value in, Index self, std::size_t depth);
  Result<void> object(ondemand::object in, Index self, std::size_t depth);
  Result<void> array(ondemand::array in, Index self, std::size_t depth);
  Result<void> scalar(Type type, std::string_view token, Index self);
  Result<void> root_scalar(ondemand::document& in);
  Result<void> refuse_duplicates(Index self);
  Result<std::string_view> unescape(std::string_view token);

  Index add(Index parent, Index previous) {
    const auto index = static_cast<Index>(document_.nodes_.size());
    document_.nodes_.emplace_back().parent = parent;
    if (previous != 0) document_.nodes_[previous].next = index;
    ++document_.nodes_[parent].children;
    return index;
  }
  std::uint32_t offset(const char* place) const {
    return static_cast<std::uint32_t>(place - document_.text_.data());
  }
  std::uint32_t offset_of_end(char closing);
  tl::unexpected<Error> broken(simdjson::error_code error, std::uint32_t at) const {
    return malformed(fmt::format("{} (near byte {})", explain(error), at));
  }

  Document& document_;
  ondemand::document cursor_;
  std::uint32_t last_ = 0;  // the end of what has been read
};

/// The end of the container just left: its closing bracket is the first one behind last_.
std::uint32_t Builder::offset_of_end(char closing) {
  const std::size_t at = document_.text_.find(closing, last_);
  LECTERN_ASSERT(at != std::string_view::npos);
  last_ = static_cast<std::uint32_t>(at + 1);
  return last_;
}

Result<std::string_view> Builder::unescape(std::string_view token) {
  // The structure of the text is checked already, so the token begins with a quote.
  const char* const begin = token.data() + 1;
  const char* const limit = document_.text_.data() + document_.text_.size();
  const char* quote = begin;
  bool escaped = false;
  for (;; ++quote) {
    if (quote >= limit) return malformed("a string is not closed");
    if (*quote == '\\') {
      escaped = true;
      ++quote;
    } else if (*quote == '"') {
      break;
    }
  }
  last_ = offset(quote) + 1;
  std::string_view inside(begin, static_cast<std::size_t>(quote - begin));
  if (!escaped) return inside;
  std::string& out = document_.unescaped_.emplace_back();
  out.reserve(inside.size());
  while (!inside.empty()) {
    const std::size_t plain = std::min(inside.find('\\'), inside.size());
    out.append(inside, 0, plain);
    inside.remove_prefix(plain);
    if (!inside.empty() && !take_escape(inside, out))
      return broken(simdjson::STRING_ERROR, offset(token.data()));
  }
  return std::string_view(out);
}

Result<void> Builder::scalar(Type type, std::string_view token, Index self) {
  const std::uint32_t begin = offset(token.data());
  std::string_view string;
  if (type == Type::string) {
    TRY(string, unescape(token));
    // Anything but white space between the closing quote and the next token is rubbish.
    if (!trimmed(token.substr(last_ - begin)).empty()) return broken(simdjson::TAPE_ERROR, last_);
  } else {
    token = trimmed(token);
    const bool good = type == Type::number    ? is_number(token)
                      : type == Type::boolean ? token == "true" || token == "false"
                                              : token == "null";
    if (!good) return broken(simdjson::TAPE_ERROR, begin);
    last_ = begin + static_cast<std::uint32_t>(token.size());
  }
  auto& node = document_.nodes_[self];
  node.type = type;
  node.string = string;
  node.begin = begin;
  node.end = last_;
  return {};
}

Result<void> Builder::object(ondemand::object in, Index self, std::size_t depth) {
  Index previous = 0;
  for (auto entry : in) {
    ondemand::field field;
    if (const auto error = std::move(entry).get(field)) return broken(error, last_);
    const Index child = add(self, previous);
    previous = child;
    const char* const key = field.key().raw() - 1;
    TRY(const std::string_view name, unescape(std::string_view(key, 1)));
    document_.nodes_[child].key = name;
    document_.nodes_[child].key_begin = offset(key);
    document_.nodes_[child].key_end = last_;
    RETURN_IF_ERROR(value(field.value(), child, depth + 1));
  }
  document_.nodes_[self].end = offset_of_end('}');
  return refuse_duplicates(self);
}

Result<void> Builder::array(ondemand::array in, Index self, std::size_t depth) {
  Index previous = 0;
  for (auto entry : in) {
    ondemand::value element;
    if (const auto error = std::move(entry).get(element)) return broken(error, last_);
    const Index child = add(self, previous);
    previous = child;
    RETURN_IF_ERROR(value(element, child, depth + 1));
  }
  document_.nodes_[self].end = offset_of_end(']');
  return {};
}

Result<void> Builder::value(ondemand::value in, Index self, std::size_t depth) {
  if (depth > limits::json_depth_max)
    return malformed(fmt::format("the text nests deeper than {} levels", limits::json_depth_max));
  ondemand::json_type kind;
  if (const auto error = in.type().get(kind)) return broken(error, last_);
  const char* place = nullptr;
  if (kind == ondemand::json_type::object || kind == ondemand::json_type::array) {
    if (const auto error = cursor_.current_location().get(place)) return broken(error, last_);
    auto& node = document_.nodes_[self];
    node.begin = offset(place);
    last_ = node.begin + 1;
    node.type = kind == ondemand::json_type::object ? Type::object : Type::array;
    if (kind == ondemand::json_type::object) {
      ondemand::object members;
      if (const auto error = in.get_object().get(members)) return broken(error, last_);
      return object(members, self, depth);
    }
    ondemand::array elements;
    if (const auto error = in.get_array().get(elements)) return broken(error, last_);
    return array(elements, self, depth);
  }
  const Type type = kind == ondemand::json_type::string    ? Type::string
                    : kind == ondemand::json_type::number  ? Type::number
                    : kind == ondemand::json_type::boolean ? Type::boolean
                                                           : Type::null;
  const std::string_view token = in.raw_json_token();
  RETURN_IF_ERROR(scalar(type, token, self));
  // simdjson passes over a string and a colon as if they were a key, wherever they stand, and then
  // loses count of the brackets.
  const std::size_t behind = offset(token.data()) + token.size();
  if (behind >= document_.text_.size() || document_.text_[behind] == ':')
    return broken(simdjson::TAPE_ERROR, last_);
  return {};
}

Result<void> Builder::refuse_duplicates(Index self) {
  const auto& nodes = document_.nodes_;
  const Index first = self + 1;
  const auto report = [&](std::string_view key) {
    auto error = malformed(fmt::format("the key {} occurs twice in one object", quoted(key)));
    error.value().path = Value(&document_, self).pointer();
    return error;
  };
  const std::uint32_t members = nodes[self].children;
  if (members < 2) return {};
  if (members <= pairwise_members_max) {
    for (Index a = first; a != 0; a = nodes[a].next)
      for (Index b = nodes[a].next; b != 0; b = nodes[b].next)
        if (nodes[a].key == nodes[b].key) return report(nodes[a].key);
    return {};
  }
  std::vector<std::string_view> keys;
  keys.reserve(members);
  for (Index a = first; a != 0; a = nodes[a].next) keys.push_back(nodes[a].key);
  std::sort(keys.begin(), keys.end());
  const auto twice = std::adjacent_find(keys.begin(), keys.end());
  return twice == keys.end() ? Result<void>{} : report(*twice);
}

Result<void> Builder::root_scalar(ondemand::document& in) {
  ondemand::json_type kind;
  if (const auto error = in.type().get(kind)) return broken(error, 0);
  const Type type = kind == ondemand::json_type::string    ? Type::string
                    : kind == ondemand::json_type::number  ? Type::number
                    : kind == ondemand::json_type::boolean ? Type::boolean
                                                           : Type::null;
  std::size_t begin = 0;
  while (begin < document_.text_.size() && is_space(document_.text_[begin])) ++begin;
  return scalar(type, trimmed(document_.text_.substr(begin)), 0);
}

Result<void> Builder::build(std::size_t allocated) {
  thread_local ondemand::parser parser;
  const std::string_view text = document_.text_;
  if (text.size() > limits::json_bytes_max) return fail(Code::too_large, "the text is too large");
  document_.nodes_.reserve(16 + text.size() / 24);
  document_.nodes_.emplace_back();
  if (const auto error = parser.iterate(text.data(), text.size(), allocated).get(cursor_))
    return broken(error, 0);
  bool is_scalar = false;
  if (const auto error = cursor_.is_scalar().get(is_scalar)) return broken(error, 0);
  if (is_scalar) return root_scalar(cursor_);
  ondemand::value root;
  if (const auto error = cursor_.get_value().get(root)) return broken(error, 0);
  RETURN_IF_ERROR(value(root, 0, 0));
  if (!trimmed(text.substr(document_.nodes_[0].end)).empty())
    return malformed("there is text behind the end of the JSON value");
  return {};
}

Result<std::unique_ptr<Document>> parse(std::string text) {
  auto document = std::make_unique<Document>();
  const std::size_t size = text.size();
  document->owned_ = std::move(text);
  if (document->owned_.capacity() < size + simdjson::SIMDJSON_PADDING)
    document->owned_.reserve(size + simdjson::SIMDJSON_PADDING);
  document->text_ = document->owned_;
  RETURN_IF_ERROR(Builder(*document).build(document->owned_.capacity()));
  return document;
}

Result<std::unique_ptr<Document>> parse_view(std::string_view text, std::size_t spare) {
  if (spare < simdjson::SIMDJSON_PADDING) return parse(std::string(text));
  auto document = std::make_unique<Document>();
  document->text_ = text;
  RETURN_IF_ERROR(Builder(*document).build(text.size() + spare));
  return document;
}

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

void append_quoted(std::string& out, std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  out += '"';
  std::size_t plain = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, plain, i - plain);
    plain = i + 1;
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        out += "\\u00";
        out += digits[c >> 4];
        out += digits[c & 0x0F];
    }
  }
  out.append(text, plain);
  out += '"';
}

std::string quoted(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  append_quoted(out, text);
  return out;
}

}  // namespace lectern::json
