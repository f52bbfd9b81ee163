#pragma once

#include <span>
#include <string>
#include <string_view>

namespace lectern::cli {

/// The candidate that differs from `word` by the fewest letters put in, left out or changed, where
/// that is no more than a third of its letters, and three; "" when none is so near.
std::string_view nearest(std::string_view word, std::span<const std::string> candidates);

}  // namespace lectern::cli
