#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace lectern::models {

/// Some bytes, each told by one look; the standard library's find_first_of asks memchr for each
/// byte of a text.
class ByteSet {
 public:
  /// Of the bytes of `members`.
  constexpr explicit ByteSet(std::string_view members) {
    for (const char c : members) has_[static_cast<unsigned char>(c)] = true;
  }

  /// Whether the byte is one of them.
  constexpr bool has(char c) const { return has_[static_cast<unsigned char>(c)]; }
  /// Whether all of a text's are; true of an empty text.
  constexpr bool has_all(std::string_view text) const {
    return std::all_of(text.begin(), text.end(), [this](char c) { return has(c); });
  }
  /// Whether any of a text's is.
  constexpr bool has_any(std::string_view text) const {
    return std::any_of(text.begin(), text.end(), [this](char c) { return has(c); });
  }

 private:
  std::array<bool, 256> has_{};
};

}  // namespace lectern::models
