#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lectern::lrs {

/// Bytes of FlatBuffers, parents before children: the format's offsets lead forward. A table is
/// written with room for offsets, which point_to() fills once the child is there.
class FlatBuffer {
 public:
  /// Where in the bytes an offset stands that is to be filled.
  using Slot = std::size_t;
  /// A member of a table: its bytes as a number of 1, 2, 4 or 8 bytes; with size 0 it is not there.
  struct Member {
    std::size_t size = 0;
    std::uint64_t value = 0;
  };
  /// A member that is an offset.
  static constexpr Member offset{4, 0};
  template <typename T>
  static constexpr Member number(T value) {
    return {sizeof(T), static_cast<std::uint64_t>(value)};
  }

  /// With room for the offset of the root, whose Slot is 0.
  FlatBuffer() : bytes_(4, '\0') {}

  /// Writes a table, to which `slot` leads. The places of its members, in their order.
  std::vector<Slot> table(Slot slot, const std::vector<Member>& members);
  /// Writes a text, to which `slot` leads.
  void text(Slot slot, std::string_view text);
  /// Writes a list of offsets; their places.
  std::vector<Slot> offsets(Slot slot, std::size_t count);
  /// Writes a list of pairs of 64-bit numbers.
  void pairs(Slot slot, const std::vector<std::pair<std::int64_t, std::int64_t>>& pairs);

  /// All of it, as a multiple of eight bytes.
  std::string take();

 private:
  void align(std::size_t size, std::size_t behind = 0);
  void append(std::uint64_t value, std::size_t size);
  void put(std::size_t at, std::uint64_t value, std::size_t size);
  void point_to_end(Slot slot);

  std::string bytes_;
};

}  // namespace lectern::lrs
