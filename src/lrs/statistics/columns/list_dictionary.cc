#include "lrs/statistics/columns/list_dictionary.h"

#include <algorithm>

namespace lectern::lrs {

std::uint32_t ListDictionary::add(const std::vector<std::uint32_t>& list) {
  const auto [at, is_new] = numbers_.try_emplace(list, static_cast<std::uint32_t>(lists_.size()));
  if (is_new) {
    constexpr std::size_t entry_bytes = 96;
    lists_.push_back(&at->first);
    bytes_ += list.size() * sizeof(std::uint32_t) + entry_bytes;
  }
  return at->second;
}

std::vector<std::uint8_t> ListDictionary::holding(const std::vector<std::uint32_t>& wanted) const {
  const auto is_wanted = [&](std::uint32_t number) {
    return std::find(wanted.begin(), wanted.end(), number) != wanted.end();
  };
  std::vector<std::uint8_t> out(lists_.size());
  for (std::size_t i = 0; i < lists_.size(); ++i)
    out[i] = std::any_of(lists_[i]->begin(), lists_[i]->end(), is_wanted) ? 1 : 0;
  return out;
}

}  // namespace lectern::lrs
