#include "store/embedded/safety/posting_tally.h"

#include <algorithm>
#include <functional>

namespace lectern::store::embedded {
namespace {

std::uint64_t hash_of(std::string_view key, std::string_view value) {
  std::string bytes(key);
  bytes += value;
  return std::hash<std::string_view>{}(bytes) | 1;
}

}  // namespace

void PostingTally::expect(std::uint64_t order, const std::vector<ExpectedPosting>& postings) {
  for (const auto& posting : postings)
    sums_[order % buckets] +=
        hash_of({posting.key.data(), posting.key.size()},
                posting.mark ? std::string_view(posting.mark->data(), posting.mark->size())
                             : std::string_view());
}

void PostingTally::found(std::string_view key, std::string_view value) {
  std::uint64_t order = 0;
  if (!decode_order(key, order) || may_have_more(order)) return;
  sums_[order % buckets] -= hash_of(key, value);
}

bool PostingTally::is_even() const {
  return std::all_of(sums_.begin(), sums_.end(), [](std::uint64_t sum) { return sum == 0; });
}

}  // namespace lectern::store::embedded
