#include "base/json.h"

#include <algorithm>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/assert.h"
#include "base/json_grammar.h"
#include "base/limits.h"

namespace lectern::json {

namespace ondemand = simdjson::ondemand;

namespace {

/// Objects with more members than this find their duplicate keys by sorting.
constexpr std::size_t pairwise_members_max = 12;

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
    if (!without_space_behind(token.substr(last_ - begin)).empty())
      return broken(simdjson::TAPE_ERROR, last_);
  } else {
    token = without_space_behind(token);
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
  return scalar(type, without_space_behind(document_.text_.substr(begin)), 0);
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
  if (!without_space_behind(text.substr(document_.nodes_[0].end)).empty())
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

}  // namespace lectern::json
