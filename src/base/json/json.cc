#include "base/json/json.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/assert.h"
#include "base/json/grammar.h"
#include "base/limits.h"
#include "base/utf8.h"

namespace lectern::json {

namespace {

/// Objects with more members than this find their duplicate keys by sorting, and keep the order.
constexpr std::size_t pairwise_members_max = 12;
/// Objects with more members than this find them by halving.
constexpr std::size_t scanned_members_max = 32;
/// Texts with more tokens than this have their values counted before they are laid down.
constexpr std::size_t uncounted_tokens_max = 4096;

std::atomic<std::size_t> values_bound = limits::json_values_max;
std::string values_setting = "limits::json_values_max";

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

/// The library's first pass over a text: checks UTF-8 and quotes, and finds where tokens begin.
/// Each thread keeps one, until a large text has passed.
class Tokens {
 public:
  ~Tokens() {
    if (pass() && pass()->capacity() > limits::json_kept_bytes_max) pass().reset();
  }
  Tokens() = default;
  Tokens(const Tokens&) = delete;
  Tokens& operator=(const Tokens&) = delete;

  simdjson::error_code find(std::string_view text) {
    if (text.empty()) return simdjson::EMPTY;
    auto& kept = pass();
    if (!kept || kept->capacity() < text.size()) {
      const std::size_t capacity =
          text.size() > limits::json_kept_bytes_max ? text.size() : std::bit_ceil(text.size());
      const auto& library = simdjson::get_active_implementation();
      if (const auto error = kept ? kept->set_capacity(capacity)
                                  : library->create_dom_parser_implementation(capacity, 1, kept))
        return error;
    }
    const auto error = kept->stage1(reinterpret_cast<const std::uint8_t*>(text.data()), text.size(),
                                    simdjson::stage1_mode::regular);
    places_ = kept->structural_indexes.get();
    count_ = kept->n_structural_indexes;
    return error;
  }

  std::size_t count() const { return count_; }
  /// Where the token begins; behind the last one: the end of the text.
  std::uint32_t operator[](std::size_t i) const { return places_[i]; }

 private:
  using Pass = std::unique_ptr<simdjson::internal::dom_parser_implementation>;
  static Pass& pass() {
    thread_local Pass kept;
    return kept;
  }
  const std::uint32_t* places_ = nullptr;
  std::size_t count_ = 0;
};

}  // namespace

/// Walks the tokens once and lays down the nodes.
class Builder {
 public:
  Builder(Document& document, Rules rules) : document_(document), rules_(rules) {}

  Result<void> build();

 private:
  using Index = std::uint32_t;
  using Node = Document::Node;

  Result<void> make_room();
  std::size_t count_values() const;
  Result<void> walk();
  Result<bool> value(Index self);
  Result<Index> next_behind(Index done);
  Result<void> key(Index self);
  Result<void> string(Index self);
  Result<void> scalar(Index self);
  Result<void> close(Index self);
  Result<void> sort_keys(Index self);
  Result<std::string_view> token_of_string();
  Result<std::uint32_t> unescape(std::string_view inside, const Document::EscapedKey* key);
  Result<Index> add(Index parent, Index previous);

  /// The first character of the token that comes next; 0 behind the last one.
  char peek() const { return at_ < tokens_.count() ? document_.text_[tokens_[at_]] : '\0'; }
  /// The token that comes next, without the white space behind it.
  std::string_view token() const {
    const std::uint32_t begin = tokens_[at_];
    const std::size_t end = at_ + 1 < tokens_.count() ? tokens_[at_ + 1] : document_.text_.size();
    return without_space_behind(document_.text_.substr(begin, end - begin));
  }
  tl::unexpected<Error> broken(simdjson::error_code error) const {
    const std::size_t place = at_ < tokens_.count() ? tokens_[at_] : document_.text_.size();
    const std::string_view before = document_.text_.substr(0, place);
    const auto lines = std::count(before.begin(), before.end(), '\n');
    if (lines == 0) return malformed(fmt::format("{} (near byte {})", explain(error), place));
    return malformed(fmt::format("{} (near byte {}: line {}, column {})", explain(error), place,
                                 lines + 1, place - before.rfind('\n')));
  }
  tl::unexpected<Error> misplaced() const { return broken(simdjson::TAPE_ERROR); }

  Document& document_;
  Rules rules_;
  Tokens tokens_;
  std::size_t at_ = 0;  // the token that comes next
  std::size_t depth_ = 0;
};

Result<Builder::Index> Builder::add(Index parent, Index previous) {
  auto& nodes = document_.nodes_;
  const auto index = static_cast<Index>(nodes.size());
  Node& node = nodes.emplace_back();
  node.parent = parent;
  if (previous != 0) nodes[previous].next = index;
  const std::uint32_t position = nodes[parent].children++;
  if (nodes[parent].kind == static_cast<unsigned>(Type::object)) {
    RETURN_IF_ERROR(key(index));
  } else {
    nodes[index].key = position;
  }
  return index;
}

/// A string's token ends with its closing quote: all else between two tokens is white space.
Result<std::string_view> Builder::token_of_string() {
  const std::string_view whole = token();
  if (whole.size() < 2 || whole.back() != '"') return misplaced();
  return whole;
}

/// Appends what the escapes stand for to unescaped_, behind the key's place and the size. Gives
/// back where that begins.
Result<std::uint32_t> Builder::unescape(std::string_view inside, const Document::EscapedKey* key) {
  std::string& out = document_.unescaped_;
  const auto place = static_cast<std::uint32_t>(out.size());
  if (out.size() > limits::json_bytes_max - inside.size()) return broken(simdjson::CAPACITY);
  const auto put = [&](const void* bytes, std::size_t size) {
    out.append(static_cast<const char*>(bytes), size);
  };
  if (key != nullptr) put(key, sizeof *key);
  std::uint32_t size = 0;
  const std::size_t size_place = out.size();
  if (key == nullptr) put(&size, sizeof size);
  const std::size_t begin = out.size();
  while (!inside.empty()) {
    const std::size_t plain = std::min(inside.find('\\'), inside.size());
    out.append(inside, 0, plain);
    inside.remove_prefix(plain);
    if (!inside.empty() && !take_escape(inside, out, rules_.lenient))
      return broken(simdjson::STRING_ERROR);
  }
  size = static_cast<std::uint32_t>(out.size() - begin);
  if (key == nullptr) std::memcpy(out.data() + size_place, &size, sizeof size);
  return place;
}

Result<void> Builder::key(Index self) {
  if (peek() != '"') return misplaced();
  TRY(const std::string_view whole, token_of_string());
  const std::string_view inside = whole.substr(1, whole.size() - 2);
  const Document::EscapedKey place{tokens_[at_], static_cast<std::uint32_t>(whole.size())};
  std::uint32_t unescaped = 0;
  const bool escaped = inside.find('\\') != inside.npos;
  if (escaped) {
    TRY(unescaped, unescape(inside, &place));
  }
  Node& node = document_.nodes_[self];
  node.member = 1;
  node.escaped_key = escaped;
  node.key = escaped ? unescaped : place.begin;
  node.key_size =
      escaped ? static_cast<std::uint32_t>(document_.unescaped_.size() - unescaped - sizeof place)
              : place.size;
  ++at_;
  if (peek() != ':') return misplaced();
  ++at_;
  return {};
}

Result<void> Builder::string(Index self) {
  TRY(const std::string_view whole, token_of_string());
  const std::string_view inside = whole.substr(1, whole.size() - 2);
  Node& node = document_.nodes_[self];
  node.kind = static_cast<unsigned>(Type::string) & 7U;
  node.begin = tokens_[at_];
  node.end = node.begin + static_cast<std::uint32_t>(whole.size());
  if (inside.find('\\') != inside.npos) {
    TRY(node.children, unescape(inside, nullptr));
    node.escaped = 1;
  }
  ++at_;
  return {};
}

Result<void> Builder::scalar(Index self) {
  const std::string_view whole = token();
  const char first = whole.empty() ? '\0' : whole.front();
  Type type = Type::number;
  if (first == 't' || first == 'f') type = Type::boolean;
  if (first == 'n') type = Type::null;
  const bool good = type == Type::number    ? is_number(whole)
                    : type == Type::boolean ? whole == "true" || whole == "false"
                                            : whole == "null";
  if (!good) return misplaced();
  Node& node = document_.nodes_[self];
  node.kind = static_cast<unsigned>(type) & 7U;
  node.begin = tokens_[at_];
  node.end = node.begin + static_cast<std::uint32_t>(whole.size());
  ++at_;
  return {};
}

/// The container's closing bracket comes next.
Result<void> Builder::close(Index self) {
  document_.nodes_[self].end = tokens_[at_] + 1;
  ++at_;
  --depth_;
  if (document_.nodes_[self].kind == static_cast<unsigned>(Type::object)) return sort_keys(self);
  return {};
}

/// Reads a value. Whether it is a container whose first child comes next.
Result<bool> Builder::value(Index self) {
  const char first = peek();
  if (first == '"') {
    RETURN_IF_ERROR(string(self));
    return false;
  }
  if (first != '{' && first != '[') {
    if (first == '\0') return misplaced();
    RETURN_IF_ERROR(scalar(self));
    return false;
  }
  if (depth_ > limits::json_depth_max)
    return malformed(fmt::format("the text nests deeper than {} levels", limits::json_depth_max));
  ++depth_;
  Node& node = document_.nodes_[self];
  node.kind = static_cast<unsigned>(first == '{' ? Type::object : Type::array) & 7U;
  node.begin = tokens_[at_];
  ++at_;
  if (peek() != (first == '{' ? '}' : ']')) return true;
  RETURN_IF_ERROR(close(self));
  return false;
}

/// The node of the value that comes behind the one that is done; closes what ends there. 0 when
/// the root is done.
Result<Builder::Index> Builder::next_behind(Index done) {
  while (done != 0) {
    const Index parent = document_.nodes_[done].parent;
    const char next = peek();
    if (next == ',') {
      ++at_;
      return add(parent, done);
    }
    const bool is_object = document_.nodes_[parent].kind == static_cast<unsigned>(Type::object);
    if (next != (is_object ? '}' : ']')) return misplaced();
    RETURN_IF_ERROR(close(parent));
    done = parent;
  }
  return 0;
}

Result<void> Builder::walk() {
  Index self = 0;
  do {
    TRY(const bool opened, value(self));
    if (opened) {
      TRY(self, add(self, 0));
    } else {
      TRY(self, next_behind(self));
    }
  } while (self != 0);
  if (at_ < tokens_.count()) {
    // One object behind the other: what tools write a line each.
    const bool lines = document_.text_[tokens_[0]] == '{' && peek() == '{';
    return malformed(std::string("there is text behind the end of the JSON value") +
                     (lines ? "; JSON lines are sent as an array: [{...}, {...}]" : ""));
  }
  return {};
}

Result<void> Builder::sort_keys(Index self) {
  auto& nodes = document_.nodes_;
  const std::uint32_t members = nodes[self].children;
  const auto report = [&](Index one) {
    auto error = malformed(
        fmt::format("the key {} occurs twice in one object", quoted(document_.key_of(nodes[one]))));
    error.value().path = Value(&document_, self).pointer();
    return error;
  };
  if (members <= pairwise_members_max) {
    if (members < 2 || rules_.lenient) return {};
    for (Index a = self + 1; a != 0; a = nodes[a].next)
      for (Index b = nodes[a].next; b != 0; b = nodes[b].next)
        if (document_.key_of(nodes[a]) == document_.key_of(nodes[b])) return report(a);
    return {};
  }
  std::vector<Index> order;
  order.reserve(members);
  for (Index a = self + 1; a != 0; a = nodes[a].next) order.push_back(a);
  std::sort(order.begin(), order.end(), [&](Index a, Index b) {
    const int sign = document_.key_of(nodes[a]).compare(document_.key_of(nodes[b]));
    return sign != 0 ? sign < 0 : a < b;
  });
  if (!rules_.lenient) {
    const auto twice = std::adjacent_find(order.begin(), order.end(), [&](Index a, Index b) {
      return document_.key_of(nodes[a]) == document_.key_of(nodes[b]);
    });
    if (twice != order.end()) return report(*twice);
  }
  if (members > scanned_members_max) {
    document_.sorted_.push_back(std::move(order));
    nodes[self].sorted = static_cast<std::uint32_t>(document_.sorted_.size()) & 0x3FFFFFFU;
  }
  return {};
}

/// Every value but the root stands behind a comma or is the first of its container.
std::size_t Builder::count_values() const {
  std::size_t values = 1;
  char before = '\0';
  for (std::size_t i = 0; i < tokens_.count(); ++i) {
    const char first = document_.text_[tokens_[i]];
    const bool opened = before == '{' || before == '[';
    values += first == ',' || (opened && first != '}' && first != ']');
    before = first;
  }
  return values;
}

Result<void> Builder::make_room() {
  const std::size_t tokens = tokens_.count();
  auto& nodes = document_.nodes_;
  if (tokens <= uncounted_tokens_max) {
    nodes.reserve(tokens / 3 + 8);
    return {};
  }
  const std::size_t values = count_values();
  const std::size_t allowed = values_max(document_.text_.size());
  if (rules_.bounded && values > allowed)
    return fail(
        Code::too_large,
        fmt::format("The JSON text has more than {} values, which is the bound for one of {} bytes "
                    "({} in all, one for each {} bytes beyond the first {}): send less at once",
                    allowed, document_.text_.size(), values_setting, limits::json_bytes_per_value,
                    limits::json_values_free));
  nodes.reserve(values);
  return {};
}

Result<void> Builder::build() {
  const std::string_view text = document_.text_;
  if (text.size() > limits::json_bytes_max) return fail(Code::too_large, "the text is too large");
  if (const auto error = tokens_.find(text)) return malformed(explain(error));
  RETURN_IF_ERROR(make_room());
  document_.nodes_.emplace_back();
  return walk();
}

std::size_t values_max(std::size_t text_bytes) {
  return std::min(values_bound.load(std::memory_order_relaxed),
                  limits::json_values_free + text_bytes / limits::json_bytes_per_value);
}

void set_values_max(std::size_t values, std::string setting) {
  values_bound = values;
  values_setting = std::move(setting);
}

Result<std::unique_ptr<Document>> parse(std::string text, Rules rules) {
  auto document = std::make_unique<Document>();
  document->owned_ = std::move(text);
  document->text_ = document->owned_;
  RETURN_IF_ERROR(Builder(*document, rules).build());
  return document;
}

Result<std::unique_ptr<Document>> parse_view(std::string_view text, Rules rules) {
  auto document = std::make_unique<Document>();
  document->text_ = text;
  RETURN_IF_ERROR(Builder(*document, rules).build());
  return document;
}

}  // namespace lectern::json

namespace lectern {

bool is_utf8(std::string_view text) { return simdjson::validate_utf8(text.data(), text.size()); }

}  // namespace lectern
