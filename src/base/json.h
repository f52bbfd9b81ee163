#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

/// The one door to JSON. A text is read once into a flat list of nodes that remember where they
/// stand in it: numbers keep every digit, members their order, and any part can be copied out
/// byte for byte. Reading refuses what must never be stored: invalid UTF-8, lone surrogates,
/// duplicate keys, nesting beyond limits::json_depth_max.
namespace lectern::json {

enum class Type : std::uint8_t { null, boolean, number, string, array, object };

/// How errors call a type: "an object", "a string" ...
std::string_view name_of(Type type);

class Document;
class Builder;

/// One value of a Document; a cheap handle that lives no longer than its Document.
class Value {
 public:
  Type type() const;
  bool is(Type type) const { return this->type() == type; }

  /// A string's characters, unescaped, UTF-8. Only for strings.
  std::string_view string() const;
  /// A number's token as it was written. Only for numbers.
  std::string_view number() const;
  /// The number as a double (infinite when beyond it). Only for numbers.
  double as_double() const;
  /// The number if it is an integer that fits 64 bits. Only for numbers.
  std::optional<std::int64_t> as_integer() const;
  /// Only for booleans.
  bool boolean() const;

  /// How many members or elements an object or array has; 0 for others.
  std::size_t size() const;
  /// The member of an object with this key.
  std::optional<Value> find(std::string_view key) const;
  /// The key under which this value is a member, unescaped; empty for elements and the root.
  std::string_view key() const;

  /// The bytes of this value in the text, without white space around.
  std::string_view source() const;
  /// The bytes of this value's key in the text, quotes included; empty for elements and the root.
  std::string_view key_source() const;
  /// Where source() begins in Document::text().
  std::size_t offset() const;

  /// The place of this value as a JSON pointer (RFC 6901), "" for the root.
  std::string pointer() const;

  /// The members or elements, in the order of the text.
  class Iterator;
  class Range;
  Range children() const;

  bool operator==(const Value&) const = default;

 private:
  friend class Document;
  friend class Builder;
  Value(const Document* document, std::uint32_t index) : document_(document), index_(index) {}
  const Document* document_;
  std::uint32_t index_;
};

/// A parsed text. Movable; Values of it stay valid when it moves only if it is held by pointer,
/// which is why parse() returns one.
class Document {
 public:
  Value root() const { return Value(this, 0); }
  /// The text that was parsed.
  std::string_view text() const { return text_; }

 private:
  friend class Value;
  friend class Builder;
  friend class Value::Iterator;
  friend Result<std::unique_ptr<Document>> parse(std::string text);
  friend Result<std::unique_ptr<Document>> parse_view(std::string_view text, std::size_t spare);

  struct Node {
    std::uint32_t begin = 0, end = 0;          // the value's bytes in text_
    std::uint32_t key_begin = 0, key_end = 0;  // its key's, with quotes
    std::uint32_t parent = 0, next = 0;        // 0: none (the root is nobody's sibling or child)
    std::uint32_t children = 0;
    std::string_view string;  // unescaped; views text_ or unescaped_
    std::string_view key;
    Type type = Type::null;
  };

  std::string owned_;
  std::string_view text_;
  std::vector<Node> nodes_;
  std::deque<std::string> unescaped_;  // a deque: its elements never move
};

/// Parses a text that the Document then owns. Errors: invalid, with what is wrong and where.
Result<std::unique_ptr<Document>> parse(std::string text);

/// Parses a text that outlives the Document. `spare` is how many bytes behind it may be read
/// (not written): with less than 64 the text is copied.
Result<std::unique_ptr<Document>> parse_view(std::string_view text, std::size_t spare = 0);

/// Appends the text as a JSON string, quotes included. Non-ASCII is kept as UTF-8.
void append_quoted(std::string& out, std::string_view text);
std::string quoted(std::string_view text);

class Value::Iterator {
 public:
  Iterator(const Document* document, std::uint32_t index) : document_(document), index_(index) {}
  Value operator*() const { return Value(document_, index_); }
  Iterator& operator++();
  bool operator!=(const Iterator& other) const { return index_ != other.index_; }

 private:
  const Document* document_;
  std::uint32_t index_;
};

class Value::Range {
 public:
  Range(Iterator first, Iterator last) : first_(first), last_(last) {}
  Iterator begin() const { return first_; }
  Iterator end() const { return last_; }

 private:
  Iterator first_, last_;
};

}  // namespace lectern::json
