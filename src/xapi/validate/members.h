#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "base/json/json.h"
#include "xapi/validate/check.h"

namespace lectern::xapi {

/// A key as a template argument.
template <std::size_t size>
struct Key {
  char text[size]{};

  /// Of a string literal; its end is no part of it.
  consteval Key(const char (&literal)[size]) {  // NOLINT: a literal is meant to become one
    for (std::size_t i = 0; i < size; ++i) text[i] = literal[i];
  }
  /// The key's bytes.
  constexpr std::string_view view() const { return {text, size - 1}; }
};

/// Refuses `member`, whose key is none of `known`; false. Says so when only letter case is wrong.
bool refuse_unknown(Check& check, json::Value member, std::string_view what, std::string_view rule,
                    std::span<const std::string_view> known);

/// The members of an object that may have these keys and no other (Data 2.2), found in one pass.
template <Key... keys>
class Members {
 public:
  /// Reads an object. `what` is how a message calls it, such as "a verb".
  bool read(Check& check, json::Value object, std::string_view what, std::string_view rule) {
    if (!check.is(object, json::Type::object, rule)) return false;
    for (const json::Value member : object.children())
      if (!take(member, std::index_sequence_for<decltype(keys)...>{}))
        return refuse_unknown(check, member, what, rule, known);
    return true;
  }

  /// The member under a key of the list, if the object has it; another key does not compile.
  template <Key key>
  const std::optional<json::Value>& get() const {
    constexpr std::size_t index = index_of(key.view());
    static_assert(index < sizeof...(keys), "no such key");
    return found_[index];
  }

 private:
  static constexpr std::array<std::string_view, sizeof...(keys)> known = {keys.view()...};

  static constexpr std::size_t index_of(std::string_view key) {
    std::size_t i = 0;
    while (i < known.size() && known[i] != key) ++i;
    return i;
  }

  template <std::size_t... i>
  bool take(json::Value member, std::index_sequence<i...>) {
    const std::string_view key = member.key();
    return ((key == keys.view() && (found_[i] = member, true)) || ...);
  }

  std::array<std::optional<json::Value>, sizeof...(keys)> found_;
};

}  // namespace lectern::xapi
