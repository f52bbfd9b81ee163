#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "store/embedded/format/stored_row.h"

namespace lectern::store::embedded {

/// Compares the postings that are there with those that the rows should have, without keeping any:
/// both are added up as hashes, by the row's place. Where the sums of some places differ, a second
/// look at their rows tells which.
class PostingTally {
 public:
  PostingTally() : sums_(buckets) {}

  /// A row of this place should have these.
  void expect(std::uint64_t order, const std::vector<ExpectedPosting>& postings);
  /// The row of this place may have more of them than its own, or fewer.
  void expect_more(std::uint64_t order) { uncounted_.insert(order); }
  /// This one is there.
  void found(std::string_view key, std::string_view value);

  /// Whether all that was expected was found, and nothing else.
  bool is_even() const;
  /// Whether a second look at a row of this place is due.
  bool is_odd(std::uint64_t order) const { return sums_[order % buckets] != 0; }
  bool may_have_more(std::uint64_t order) const { return uncounted_.contains(order); }

 private:
  static constexpr std::size_t buckets = std::size_t{1} << 16;
  std::vector<std::uint64_t> sums_;
  std::unordered_set<std::uint64_t> uncounted_;
};

}  // namespace lectern::store::embedded
