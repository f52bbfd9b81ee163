#include "models/table.h"

#include <cstring>
#include <functional>

namespace lectern::models {
namespace {

/// Four bytes in which names that stand in one shape nearly always differ.
std::uint32_t digest_of(std::string_view name) {
  if (name.empty()) return 0;
  const auto at = [&](std::size_t i) { return std::uint32_t{static_cast<unsigned char>(name[i])}; };
  return static_cast<std::uint32_t>(name.size()) << 24U | at(0) << 16U | at(name.size() / 2) << 8U |
         at(name.size() - 1);
}

/// Whether the first bytes are the same, by as many as a Word has.
template <typename Word>
bool same_word(const char* a, const char* b) {
  Word of_a = 0, of_b = 0;
  std::memcpy(&of_a, a, sizeof of_a);
  std::memcpy(&of_b, b, sizeof of_b);
  return of_a == of_b;
}

/// Compares `size` bytes word by word; the last word may overlap the one before.
template <typename Word>
bool same_words(const char* a, const char* b, std::size_t size) {
  for (std::size_t at = 0; at + sizeof(Word) < size; at += sizeof(Word))
    if (!same_word<Word>(a + at, b + at)) return false;
  return same_word<Word>(a + size - sizeof(Word), b + size - sizeof(Word));
}

/// As operator== says, without the call that it takes.
bool same(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  if (a.size() >= sizeof(std::uint64_t))
    return same_words<std::uint64_t>(a.data(), b.data(), a.size());
  if (a.size() >= sizeof(std::uint32_t))
    return same_words<std::uint32_t>(a.data(), b.data(), a.size());
  for (std::size_t at = 0; at < a.size(); ++at)
    if (a[at] != b[at]) return false;
  return true;
}

}  // namespace

/// The hash's upper bits, which all of the digest reaches.
std::size_t Shape::slot_of(std::string_view name) const {
  constexpr unsigned lower_bits = 16;
  return (digest_of(name) * multiplier_ >> lower_bits) & (slots_.size() - 1);
}

int Shape::find(std::string_view name) const {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = slot_of(name); slots_[at] >= 0; at = (at + 1) & mask)
    if (same(members[static_cast<std::size_t>(slots_[at])].name, name)) return slots_[at];
  return -1;
}

/// Places the members by a hash. Whether each has the slot that the hash names.
bool Shape::place_members(std::uint32_t multiplier) {
  multiplier_ = multiplier;
  slots_.assign(slots_.size(), -1);
  bool apart = true;
  for (std::size_t i = 0; i < members.size(); ++i) {
    std::size_t at = slot_of(members[i].name);
    for (; slots_[at] >= 0; at = (at + 1) & (slots_.size() - 1)) apart = false;
    slots_[at] = static_cast<std::int8_t>(i);
  }
  return apart;
}

void Shape::index_members() {
  constexpr std::uint32_t first_multiplier = 0x9E3779B1, step = 0x3C6EF372;
  constexpr int tries_max = 100;
  std::size_t size = 4;
  while (size < members.size() * 4) size *= 2;
  slots_.resize(size);
  std::uint32_t multiplier = first_multiplier;
  for (int i = 0; i < tries_max && !place_members(multiplier); ++i) multiplier += step;
  required_ = 0;
  for (std::size_t i = 0; i < members.size(); ++i)
    if (members[i].required) required_ |= std::uint64_t{1} << i;
}

std::size_t Table::KeyHash::operator()(Texts key) const {
  const std::hash<std::string_view> hash;
  return hash(key.first) * 31 + hash(key.second);
}

std::span<const std::uint32_t> Table::models_of(std::string_view first,
                                                std::string_view second) const {
  const auto found = models_by_key_.find(Texts(first, second));
  if (found == models_by_key_.end()) return {};
  return found->second;
}

void Table::index_last_model() {
  const Model& model = models.back();
  const auto index = static_cast<std::uint32_t>(models.size() - 1);
  models_by_key_[{model.first, model.second}].push_back(index);
}

}  // namespace lectern::models
