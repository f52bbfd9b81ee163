#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace lectern::json {

/// JSON text as it is written, value by value; commas, quotes and escapes are the writer's own:
///
///   json::Writer json;
///   json.object().member("name", name).key("ids").array();
///   for (const auto& id : ids) json.value(id.text());
///   json.end().end();
///   send(json.take());
///
/// Containers are begun and ended in pairs; in an object each value follows its key(). Text that is
/// written is UTF-8. Not thread-safe.
class Writer {
 public:
  /// Whether a blank stands behind commas and colons, as Python's json.dumps() and people write
  /// them.
  enum class Style { dense, spaced };

  /// Room for so many bytes at once.
  explicit Writer(std::size_t bytes = 0) { text_.reserve(bytes); }
  explicit Writer(Style style) : spaced_(style == Style::spaced) {}

  /// Begins a container.
  Writer& object() { return open('{', '}'); }
  Writer& array() { return open('[', ']'); }
  /// Ends the container that was begun last.
  Writer& end();

  /// The name of a member, whose value comes next.
  Writer& key(std::string_view name);
  /// A string, a whole number or a boolean.
  template <typename T>
  Writer& value(const T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      return raw(value ? "true" : "false");
    } else if constexpr (std::signed_integral<T>) {
      return number(static_cast<std::int64_t>(value));
    } else if constexpr (std::unsigned_integral<T>) {
      return number(static_cast<std::uint64_t>(value));
    } else {
      static_assert(std::is_convertible_v<const T&, std::string_view>);
      return string(value);
    }
  }
  /// The same; null where there is none.
  template <typename T>
  Writer& value(const std::optional<T>& value) {
    return value ? this->value(*value) : raw("null");
  }
  /// A value that is JSON text already.
  Writer& raw(std::string_view json);

  /// A key with its value.
  template <typename T>
  Writer& member(std::string_view name, const T& value) {
    return key(name).value(value);
  }
  /// Members that are JSON text already, one at least, parted by commas.
  Writer& raw_members(std::string_view json) { return raw(json); }
  /// A key with a value that is JSON text already.
  Writer& raw_member(std::string_view name, std::string_view json) { return key(name).raw(json); }

  /// Has the next key or value stand on a line of its own, so many columns in: for people.
  Writer& on_line(std::size_t columns);
  /// Ends the container on a line of its own.
  Writer& end_on_line(std::size_t columns = 0);

  /// Ends a line, where each holds one value (JSON lines, bulk requests).
  Writer& line();

  /// The bytes that were written so far.
  std::size_t size() const { return text_.size(); }
  /// What was written; all containers have been ended. The writer is empty then.
  std::string take();

 private:
  Writer& open(char opening, char closing);
  Writer& number(std::int64_t value);
  Writer& number(std::uint64_t value);
  Writer& string(std::string_view value);
  /// What stands before a key or a value; whether what comes next is parted from it by a comma.
  void separate(bool from_next);

  std::string text_;
  std::string closings_;    // of the containers that are open
  bool separates_ = false;  // a comma comes before the next key or value
  bool spaced_ = false;
};

}  // namespace lectern::json
