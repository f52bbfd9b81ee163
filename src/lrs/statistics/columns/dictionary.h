#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

namespace lectern::lrs {

/// Texts under small numbers, each once. 0 is the empty text: what is not there. Not thread-safe
/// while texts are added.
class Dictionary {
 public:
  Dictionary() { add(""); }
  Dictionary(const Dictionary&) = delete;
  Dictionary& operator=(const Dictionary&) = delete;

  /// The number of a text, which is added if it is new.
  std::uint32_t add(std::string_view text) {
    if (const auto known = find(text); known || (text.empty() && !texts_.empty())) return known;
    const auto number = static_cast<std::uint32_t>(texts_.size());
    texts_.emplace_back(text);
    numbers_.emplace(texts_.back(), number);
    bytes_ += text.size() + entry_bytes;
    return number;
  }
  /// The number of a text; 0 if there is none.
  std::uint32_t find(std::string_view text) const {
    const auto at = numbers_.find(text);
    return at == numbers_.end() ? 0 : at->second;
  }
  /// The text with that number, which was given out.
  std::string_view text(std::uint32_t number) const { return texts_[number]; }
  /// How many there are.
  std::size_t size() const { return texts_.size(); }
  /// Memory that it takes, about.
  std::size_t bytes() const { return bytes_; }

 private:
  static constexpr std::size_t entry_bytes = 96;  // of both containers, beside the characters

  std::deque<std::string> texts_;  // which stay where they are
  std::unordered_map<std::string_view, std::uint32_t> numbers_;
  std::size_t bytes_ = 0;
};

}  // namespace lectern::lrs
