#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/json.h"

namespace lectern::xapi {

/// Writes JSON values so that two of them come out as the same bytes if and only if they mean the
/// same: members in the order of their keys, strings by their characters, numbers by their value.
/// The bytes are for hashing and comparing only.
///
///   value  = "n" / "t" / "f" / string / number / "[" *value "]" / "{" *( string value ) "}"
///   string = "s" size 1*OCTET              ; size = 4 bytes, little-endian
///   number = "#" size 1*OCTET              ; [ "-" ] digits "e" exponent, no zero at either end
///          / "?" size 1*OCTET              ; the token: an exponent of more than 9 digits
class CanonicalWriter {
 public:
  /// Appends to `out`, which must outlive this.
  explicit CanonicalWriter(std::string& out) : out_(out) {}

  /// Writes any value, with its members in the order of their keys.
  void value(json::Value value);
  void string(std::string_view text) { sized('s', text); }
  void open(char bracket) { out_ += bracket; }
  void close(char bracket) { out_ += bracket; }

  /// Calls `write` with each member of an object, in the order of the keys.
  template <typename Write>
  void sorted_members(json::Value object, Write&& write) {
    const std::size_t first = members_.size();
    for (const json::Value member : object.children()) members_.push_back({member.key(), member});
    const std::size_t last = members_.size();
    std::sort(members_.begin() + static_cast<std::ptrdiff_t>(first), members_.end(),
              [](const Member& a, const Member& b) { return a.key < b.key; });
    for (std::size_t i = first; i < last; ++i) write(json::Value(members_[i].value));
    members_.erase(members_.begin() + static_cast<std::ptrdiff_t>(first), members_.end());
  }

 private:
  struct Member {
    std::string_view key;
    json::Value value;
  };

  void sized(char tag, std::string_view text);
  void number(std::string_view token);

  std::string& out_;
  std::vector<Member> members_;  // of the objects that are open, innermost last
};

/// What CanonicalWriter makes of the value.
std::string canonical_bytes(json::Value value);

}  // namespace lectern::xapi
