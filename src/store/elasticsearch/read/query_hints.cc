#include "store/elasticsearch/read/query_hints.h"

#include <functional>
#include <string_view>

namespace lectern::store::elasticsearch {
namespace {

constexpr std::uint64_t exponent_mask = 63;
constexpr std::uint64_t mixer = 0x9E3779B97F4A7C15ULL;
constexpr std::uint32_t all = 1024;
/// A page counts for so much of what is remembered.
constexpr std::uint32_t weight = 8;

std::uint64_t mixed(std::uint64_t hash, std::string_view text) {
  hash = (hash ^ std::hash<std::string_view>{}(text)) * mixer;
  return hash ^ hash >> 29;
}

}  // namespace

std::uint64_t QueryHints::page_kind(const xapi::Terms& terms, bool goes_on) {
  std::uint64_t hash = goes_on ? 1 : 2;
  for (const auto& term : terms)
    hash = mixed(hash ^ static_cast<std::uint64_t>(term.kind), term.value);
  return hash * mixer;
}

std::optional<int> QueryHints::window_log2(std::uint64_t question) const {
  const auto slot = widths_[question % widths_.size()].load(std::memory_order_relaxed);
  if (slot == 0 || ((slot ^ question) & ~exponent_mask) != 0) return std::nullopt;
  return static_cast<int>(slot & exponent_mask);
}

void QueryHints::set_window_log2(std::uint64_t question, int window_log2) {
  widths_[question % widths_.size()].store(
      (question & ~exponent_mask) | (static_cast<std::uint64_t>(window_log2) & exponent_mask),
      std::memory_order_relaxed);
}

std::size_t QueryHints::kinds(const xapi::Terms& terms) {
  std::size_t set = 0;
  for (const auto& term : terms) set |= std::size_t{1} << static_cast<unsigned>(term.kind);
  return set;
}

bool QueryHints::texts_known(const xapi::Terms& terms) const {
  return unknown_[kinds(terms)].load(std::memory_order_relaxed) < all / 2;
}

void QueryHints::note_texts(const xapi::Terms& terms, std::size_t known, std::size_t rows) {
  if (rows == 0) return;
  auto& slot = unknown_[kinds(terms)];
  const auto now = static_cast<std::uint32_t>((rows - known) * all / rows);
  const auto before = slot.load(std::memory_order_relaxed);
  slot.store((before * (weight - 1) + now) / weight, std::memory_order_relaxed);
}

}  // namespace lectern::store::elasticsearch
