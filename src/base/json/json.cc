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

Error malformed(std::string what) { return {Code::invalid, std::move(what), {}, "RFC 8259", {}}; }

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

/// Walks the tokens once and lays down the nodes. Its steps say whether to go on; where not, fault_
/// has why.
class Builder {
 public:
  Builder(Document& document, Rules rules)
      : document_(document), text_(document.text_), rules_(rules) {}

  Result<void> build();

 private:
  using Index = std::uint32_t;
  using Node = Document::Node;
  enum class Read : std::uint8_t { broken, whole, opened };

  Result<void> make_room();
  std::size_t count_values() const;
  bool walk();
  Read value(Index self);
  Index close_behind(Index done);
  bool key(Index self);
  bool string(Index self);
  bool scalar(Index self);
  bool close(Index self);
  bool sort_keys(Index self);
  bool keys_differ(Index self);
  bool refuse_key(Index one);
  bool unescape(std::string_view inside, const Document::EscapedKey* key, std::uint32_t& place);
  Index add(Index parent, Index previous);

  /// The first character of the token that comes next; 0 behind the last one.
  char peek() const { return at_ < tokens_.count() ? text_[tokens_[at_]] : '\0'; }
  /// The token that comes next, without the white space behind it.
  std::string_view token() const {
    const std::uint32_t begin = tokens_[at_];
    const std::size_t end = at_ + 1 < tokens_.count() ? tokens_[at_ + 1] : text_.size();
    return without_space_behind(text_.substr(begin, end - begin));
  }
  /// Whether a string's token, which ends with its closing quote, is whole: all else between two
  /// tokens is white space.
  static bool is_string(std::string_view token) { return token.size() >= 2 && token.back() == '"'; }
  /// Whether there is a backslash in the token that comes next. Ask in the order of the text.
  bool has_escape(std::string_view token) {
    const std::size_t begin = tokens_[at_];
    if (backslash_ < begin) backslash_ = text_.find('\\', begin);
    return backslash_ < begin + token.size();
  }
  bool refuse(Error error) {
    fault_ = std::move(error);
    return false;
  }
  bool broken(simdjson::error_code error);
  bool misplaced() { return broken(simdjson::TAPE_ERROR); }

  Document& document_;
  const std::string_view text_;
  const Rules rules_;
  Tokens tokens_;
  std::size_t at_ = 0;  // the token that comes next
  std::size_t depth_ = 0;
  std::size_t backslash_ = 0;  // the first one that is not behind us
  std::optional<Error> fault_;
};

bool Builder::broken(simdjson::error_code error) {
  const std::size_t place = at_ < tokens_.count() ? tokens_[at_] : text_.size();
  const std::string_view before = text_.substr(0, place);
  const auto lines = std::count(before.begin(), before.end(), '\n');
  std::string where = fmt::format("{} (near byte {}", explain(error), place);
  if (lines > 0)
    where += fmt::format(": line {}, column {}", lines + 1, place - before.rfind('\n'));
  return refuse(malformed(where + ")"));
}

/// The node of a container's next child, its key read; 0 where that is broken.
Builder::Index Builder::add(Index parent, Index previous) {
  auto& nodes = document_.nodes_;
  const auto index = static_cast<Index>(nodes.size());
  Node& node = nodes.emplace_back();
  node.parent = parent;
  if (previous != 0) nodes[previous].next = index;
  Node& container = nodes[parent];
  node.key = container.children++;
  if (document_.type_of(container) == Type::object && !key(index)) return 0;
  return index;
}

/// Appends what the escapes stand for to unescaped_, behind the key's place and the size. `place`
/// is where that begins.
bool Builder::unescape(std::string_view inside, const Document::EscapedKey* key,
                       std::uint32_t& place) {
  std::string& out = document_.unescaped_;
  place = static_cast<std::uint32_t>(out.size());
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
  return true;
}

bool Builder::key(Index self) {
  const std::string_view whole = peek() == '"' ? token() : std::string_view();
  if (!is_string(whole)) return misplaced();
  const Document::EscapedKey place{tokens_[at_], static_cast<std::uint32_t>(whole.size())};
  Node& node = document_.nodes_[self];
  node.member = 1;
  node.key = place.begin;
  node.key_size = place.size;
  if (has_escape(whole)) {
    std::uint32_t unescaped = 0;
    if (!unescape(whole.substr(1, whole.size() - 2), &place, unescaped)) return false;
    node.escaped_key = 1;
    node.key = unescaped;
    node.key_size =
        static_cast<std::uint32_t>(document_.unescaped_.size() - unescaped - sizeof place);
  }
  ++at_;
  if (peek() != ':') return misplaced();
  ++at_;
  return true;
}

bool Builder::string(Index self) {
  const std::string_view whole = token();
  if (!is_string(whole)) return misplaced();
  Node& node = document_.nodes_[self];
  node.kind = static_cast<unsigned>(Type::string) & 7U;
  node.begin = tokens_[at_];
  node.end = node.begin + static_cast<std::uint32_t>(whole.size());
  if (has_escape(whole)) {
    std::uint32_t unescaped = 0;
    if (!unescape(whole.substr(1, whole.size() - 2), nullptr, unescaped)) return false;
    node.children = unescaped;
    node.escaped = 1;
  }
  ++at_;
  return true;
}

bool Builder::scalar(Index self) {
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
  return true;
}

/// The container's closing bracket comes next.
bool Builder::close(Index self) {
  Node& node = document_.nodes_[self];
  node.end = tokens_[at_] + 1;
  ++at_;
  --depth_;
  return document_.type_of(node) != Type::object || sort_keys(self);
}

/// Reads a value; of a container, where anything is in it, no more than its opening.
Builder::Read Builder::value(Index self) {
  const auto whole_if = [](bool good) { return good ? Read::whole : Read::broken; };
  const char first = peek();
  if (first == '"') return whole_if(string(self));
  if (first == '\0') return whole_if(misplaced());
  if (first != '{' && first != '[') return whole_if(scalar(self));
  if (depth_ > limits::json_depth_max) {
    refuse(malformed(fmt::format("the text nests deeper than {} levels", limits::json_depth_max)));
    return Read::broken;
  }
  ++depth_;
  Node& node = document_.nodes_[self];
  node.kind = static_cast<unsigned>(first == '{' ? Type::object : Type::array) & 7U;
  node.begin = tokens_[at_];
  ++at_;
  if (peek() != (first == '{' ? '}' : ']')) return Read::opened;
  return whole_if(close(self));
}

/// Closes the containers that end behind the value that is done. The last one that is done by then:
/// a comma comes behind it, or it is the root, or a fault does.
Builder::Index Builder::close_behind(Index done) {
  while (done != 0 && peek() != ',') {
    const Index parent = document_.nodes_[done].parent;
    const bool is_object = document_.type_of(document_.nodes_[parent]) == Type::object;
    if (peek() != (is_object ? '}' : ']')) {
      misplaced();
      return 0;
    }
    if (!close(parent)) return 0;
    done = parent;
  }
  return done;
}

bool Builder::walk() {
  Index self = 0;
  for (;;) {
    const Read read = value(self);
    if (read == Read::broken) return false;
    if (read == Read::opened) {
      self = add(self, 0);
      if (self == 0) return false;
      continue;
    }
    self = close_behind(self);
    if (self == 0) break;
    ++at_;
    self = add(document_.nodes_[self].parent, self);
    if (self == 0) return false;
  }
  if (fault_) return false;
  if (at_ == tokens_.count()) return true;
  // One object behind the other: what tools write a line each.
  const bool lines = text_[tokens_[0]] == '{' && peek() == '{';
  return refuse(malformed(std::string("there is text behind the end of the JSON value") +
                          (lines ? "; JSON lines are sent as an array: [{...}, {...}]" : "")));
}

/// Tells of a key that occurs twice.
bool Builder::refuse_key(Index one) {
  const Node& node = document_.nodes_[one];
  Error error = malformed(
      fmt::format("the key {} occurs twice in one object", quoted(document_.key_of(node))));
  error.path = Value(&document_, node.parent).pointer();
  return refuse(std::move(error));
}

/// Compares each key of an object with each other.
bool Builder::keys_differ(Index self) {
  const auto& nodes = document_.nodes_;
  for (Index a = self + 1; a != 0; a = nodes[a].next)
    for (Index b = nodes[a].next; b != 0; b = nodes[b].next)
      if (document_.key_of(nodes[a]) == document_.key_of(nodes[b])) return refuse_key(a);
  return true;
}

bool Builder::sort_keys(Index self) {
  auto& nodes = document_.nodes_;
  const std::uint32_t members = nodes[self].children;
  if (members < 2 || (rules_.lenient && members <= scanned_members_max)) return true;
  if (members <= pairwise_members_max) return keys_differ(self);
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
    if (twice != order.end()) return refuse_key(*twice);
  }
  if (members > scanned_members_max) {
    document_.sorted_.push_back(std::move(order));
    nodes[self].sorted = static_cast<std::uint32_t>(document_.sorted_.size()) & 0x3FFFFFFU;
  }
  return true;
}

/// Every value but the root stands behind a comma or is the first of its container.
std::size_t Builder::count_values() const {
  std::size_t values = 1;
  char before = '\0';
  for (std::size_t i = 0; i < tokens_.count(); ++i) {
    const char first = text_[tokens_[i]];
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
  const std::size_t allowed = values_max(text_.size());
  if (rules_.bounded && values > allowed)
    return fail(
        Code::too_large,
        fmt::format("The JSON text has more than {} values, which is the bound for one of {} bytes "
                    "({} in all, one for each {} bytes beyond the first {}): send less at once",
                    allowed, text_.size(), values_setting, limits::json_bytes_per_value,
                    limits::json_values_free));
  nodes.reserve(values);
  return {};
}

Result<void> Builder::build() {
  if (text_.size() > limits::json_bytes_max) return fail(Code::too_large, "the text is too large");
  if (const auto error = tokens_.find(text_)) return fail(malformed(explain(error)));
  RETURN_IF_ERROR(make_room());
  document_.nodes_.emplace_back();
  backslash_ = text_.find('\\');
  if (!walk()) return fail(std::move(*fault_));
  return {};
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
