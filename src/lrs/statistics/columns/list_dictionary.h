#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

namespace lectern::lrs {

/// Lists of numbers under small numbers, each once. 0 is the empty list. Not thread-safe while
/// lists are added.
class ListDictionary {
 public:
  ListDictionary() { add({}); }

  /// The number of a list, which is added if it is new.
  std::uint32_t add(const std::vector<std::uint32_t>& list);
  /// The list with that number, which was given out.
  std::span<const std::uint32_t> list(std::uint32_t number) const { return *lists_[number]; }
  /// For each list 1 where it holds one of these, else 0.
  std::vector<std::uint8_t> holding(const std::vector<std::uint32_t>& wanted) const;
  /// How many there are.
  std::size_t size() const { return lists_.size(); }
  /// Memory that it takes, about.
  std::size_t bytes() const { return bytes_; }

 private:
  std::map<std::vector<std::uint32_t>, std::uint32_t> numbers_;
  std::vector<const std::vector<std::uint32_t>*> lists_;  // keys of numbers_
  std::size_t bytes_ = 0;
};

}  // namespace lectern::lrs
