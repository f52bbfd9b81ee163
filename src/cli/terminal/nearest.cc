#include "cli/terminal/nearest.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

namespace lectern::cli {
namespace {

/// Levenshtein's distance.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string_view nearest(std::string_view word, std::span<const std::string> candidates) {
  std::string_view best;
  std::size_t least = std::min<std::size_t>(3, word.size() / 3) + 1;
  for (const auto& candidate : candidates)
    if (const auto apart = distance(word, candidate); apart < least) {
      least = apart;
      best = candidate;
    }
  return best;
}

}  // namespace lectern::cli
