#include "models/table.h"

namespace lectern::models {
namespace {

std::size_t hash_of(std::string_view name) {
  if (name.empty()) return 0;
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(name[i]); };
  return name.size() * 31U + at(0) * 7U + at(name.size() - 1) * 13U + at(name.size() / 2) * 3U;
}

}  // namespace

int Shape::find(std::string_view name) const {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = hash_of(name) & mask; slots_[at] >= 0; at = (at + 1) & mask)
    if (members[static_cast<std::size_t>(slots_[at])].name == name) return slots_[at];
  return -1;
}

void Shape::index_members() {
  std::size_t size = 4;
  while (size < members.size() * 4) size *= 2;
  slots_.assign(size, -1);
  required_ = 0;
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (members[i].required) required_ |= std::uint64_t{1} << i;
    std::size_t at = hash_of(members[i].name) & (size - 1);
    while (slots_[at] >= 0) at = (at + 1) & (size - 1);
    slots_[at] = static_cast<std::int8_t>(i);
  }
}

std::string Table::key_of(std::string_view first, std::string_view second) {
  std::string key;
  key.reserve(first.size() + second.size() + 1);
  key += first;
  key += '\n';
  key += second;
  return key;
}

}  // namespace lectern::models
