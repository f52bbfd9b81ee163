#include "lrs/statistics/arrow/flat_buffer.h"

namespace lectern::lrs {

/// So that what comes `behind` bytes from the end on lies at a multiple of `size`.
void FlatBuffer::align(std::size_t size, std::size_t behind) {
  while ((bytes_.size() + behind) % size != 0) bytes_.push_back('\0');
}

void FlatBuffer::append(std::uint64_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) bytes_.push_back(static_cast<char>(value >> (8 * i)));
}

void FlatBuffer::put(std::size_t at, std::uint64_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) bytes_[at + i] = static_cast<char>(value >> (8 * i));
}

void FlatBuffer::point_to_end(Slot slot) { put(slot, bytes_.size() - slot, 4); }

std::vector<FlatBuffer::Slot> FlatBuffer::table(Slot slot, const std::vector<Member>& members) {
  // In front of a table stands the table of where its members are.
  std::vector<std::size_t> places;
  std::size_t size = 4;
  for (const auto& member : members) {
    while (member.size > 0 && size % member.size != 0) ++size;
    places.push_back(member.size > 0 ? size : 0);
    size += member.size;
  }
  const std::size_t places_size = 4 + 2 * members.size();
  align(8, places_size);
  append(places_size, 2);
  append(size, 2);
  for (const auto place : places) append(place, 2);
  point_to_end(slot);
  const std::size_t begin = bytes_.size();
  append(places_size, 4);  // how far back they stand
  bytes_.resize(begin + size, '\0');
  std::vector<Slot> slots;
  for (std::size_t i = 0; i < members.size(); ++i) {
    slots.push_back(begin + places[i]);
    put(begin + places[i], members[i].value, members[i].size);
  }
  return slots;
}

void FlatBuffer::text(Slot slot, std::string_view text) {
  align(4);
  point_to_end(slot);
  append(text.size(), 4);
  bytes_ += text;
  bytes_.push_back('\0');
}

std::vector<FlatBuffer::Slot> FlatBuffer::offsets(Slot slot, std::size_t count) {
  align(4);
  point_to_end(slot);
  append(count, 4);
  std::vector<Slot> slots;
  for (std::size_t i = 0; i < count; ++i) {
    slots.push_back(bytes_.size());
    append(0, 4);
  }
  return slots;
}

void FlatBuffer::pairs(Slot slot, const std::vector<std::pair<std::int64_t, std::int64_t>>& pairs) {
  align(8, 4);
  point_to_end(slot);
  append(pairs.size(), 4);
  for (const auto& [first, second] : pairs) {
    append(static_cast<std::uint64_t>(first), 8);
    append(static_cast<std::uint64_t>(second), 8);
  }
}

std::string FlatBuffer::take() {
  align(8);
  return std::move(bytes_);
}

}  // namespace lectern::lrs
