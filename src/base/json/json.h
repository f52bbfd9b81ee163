#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

/// The one door to JSON. A text is read once into a flat list of nodes that remember where they
/// stand in it: numbers keep every digit, members their order, and any part can be copied out
/// byte for byte. Reading refuses what must never be stored: invalid UTF-8, lone surrogates,
/// duplicate keys, nesting beyond limits::json_depth_max. Nothing takes more than the size of the
/// text times its logarithm, whatever is in it.
namespace lectern::json {

/// The six kinds of values of RFC 8259.
enum class Type : std::uint8_t { null, boolean, number, string, array, object };

/// How errors call a type: "an object", "a string" ...
std::string_view name_of(Type type);

class Document;
class Builder;

/// One value of a Document; a cheap handle that lives no longer than its Document.
class Value {
 public:
  /// Of what kind it is; the readers below are for one kind each.
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
  /// The member of an object with this key: the first one, where a lenient text has several. Looks
  /// at 32 members at most; halves longer ones.
  std::optional<Value> find(std::string_view key) const;
  /// The key under which this value is a member, unescaped; empty for elements and the root.
  std::string_view key() const;

  /// The bytes of this value in the text, without white space around.
  std::string_view source() const;
  /// The bytes of this value's key in the text, quotes included; empty for elements and the root.
  std::string_view key_source() const;
  /// Where source() begins in Document::text().
  std::size_t offset() const;

  /// The place of this value as a JSON pointer (RFC 6901), "" for the root. Takes as long as the
  /// value lies deep.
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

/// What a text must keep beyond the grammar of RFC 8259. As they stand: the rules for statements.
struct Rules {
  /// Refuses more values than values_max() allows, before any is laid down. For what clients send;
  /// what was accepted once is read without.
  bool bounded = false;
  /// Takes duplicate keys, and lone surrogates in escapes (which string() and key() then give as
  /// the three bytes of their code point). For documents, which are any JSON.
  bool lenient = false;
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
  friend Result<std::unique_ptr<Document>> parse(std::string text, Rules rules);
  friend Result<std::unique_ptr<Document>> parse_view(std::string_view text, Rules rules);

  /// A value: 32 bytes. Nodes lie in the order of the text, so a container's first child is the
  /// next one.
  struct Node {
    std::uint32_t begin = 0, end = 0;  // the value's bytes in text_
    /// A member: where its key stands in text_, quotes included. With `escaped_key`: where its
    /// EscapedKey stands in unescaped_. An element: its index.
    std::uint32_t key = 0;
    std::uint32_t key_size = 0;          // a member's: bytes in text_, or of the unescaped key
    std::uint32_t parent = 0, next = 0;  // 0: none (the root is nobody's sibling or child)
    /// A container: how many children. A string with `escaped`: where its size and its
    /// characters stand in unescaped_.
    std::uint32_t children = 0;
    std::uint32_t kind : 3 = 0;  // a Type
    std::uint32_t member : 1 = 0;
    std::uint32_t escaped : 1 = 0;
    std::uint32_t escaped_key : 1 = 0;
    std::uint32_t sorted : 26 = 0;  // an object with many members: its place in sorted_, plus one
  };
  static_assert(sizeof(Node) == 32);
  /// What stands in unescaped_ before an unescaped key's characters.
  struct EscapedKey {
    std::uint32_t begin, size;  // in text_, quotes included
  };

  Type type_of(const Node& node) const { return static_cast<Type>(node.kind); }
  std::string_view key_of(const Node& node) const;
  std::string_view key_source_of(const Node& node) const;
  std::string_view string_of(const Node& node) const;

  std::string owned_;
  std::string_view text_;
  std::vector<Node> nodes_;
  std::string unescaped_;                           // of all strings and keys with escapes
  std::vector<std::vector<std::uint32_t>> sorted_;  // members in the order of their keys
};

/// How many values a bounded text of this many bytes may hold: one for each
/// limits::json_bytes_per_value beyond the first limits::json_values_free, which keeps what parsing
/// takes below five times the text (and 16 MiB), and no more than was set.
std::size_t values_max(std::size_t text_bytes);
/// Sets the most that values_max() tells, for the whole process; `setting` is what the error calls
/// it. At first limits::json_values_max. Call it before threads read.
void set_values_max(std::size_t values, std::string setting);

/// Parses a text that the Document then owns. Errors: invalid, with what is wrong and where;
/// too_large, with the bound and its name.
Result<std::unique_ptr<Document>> parse(std::string text, Rules rules = {});

/// Parses a text that outlives the Document. Reads nothing behind it.
Result<std::unique_ptr<Document>> parse_view(std::string_view text, Rules rules = {});

/// Appends the text as a JSON string, quotes included. Non-ASCII is kept as UTF-8.
void append_quoted(std::string& out, std::string_view text);
std::string quoted(std::string_view text);

/// Goes over the members of an object, or the elements of an array, in the order of the text.
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

/// The children of a value, for a range-based for; empty where it is no container.
class Value::Range {
 public:
  Range(Iterator first, Iterator last) : first_(first), last_(last) {}
  Iterator begin() const { return first_; }
  Iterator end() const { return last_; }

 private:
  Iterator first_, last_;
};

}  // namespace lectern::json
