#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lectern::lrs {

/// Spreads a number over all 64 bits; different numbers stay different.
inline std::uint64_t mixed(std::uint64_t number) {
  number ^= number >> 30;
  number *= 0xBF58476D1CE4E5B9U;
  number ^= number >> 27;
  number *= 0x94D049BB133111EBU;
  return number ^ (number >> 31);
}

/// Counts how many different numbers there were. Exact up to exact_max; beyond, an estimate by
/// HyperLogLog with 2^14 registers, whose standard error is relative_error. Grows to 2 MiB while it
/// is exact, then has 16 KiB.
class DistinctCount {
 public:
  static constexpr std::size_t exact_max = 100'000;
  static constexpr double relative_error = 0.0081;  ///< 1.04 / sqrt(2^14)

  /// Exact up to so many; always, if there is no such bound.
  explicit DistinctCount(std::size_t exact_up_to = exact_max) : exact_up_to_(exact_up_to) {}

  /// Takes a number in: 64 bits that are well spread (mixed()). True where it was not there yet, as
  /// long as the count is exact.
  bool add(std::uint64_t hash);
  /// How many there were.
  std::uint64_t count() const;
  /// Whether count() is no estimate.
  bool exact() const { return registers_.empty(); }
  /// Memory that it takes.
  std::size_t bytes() const { return slots_.capacity() * 8 + registers_.capacity(); }

 private:
  bool insert(std::uint64_t hash);
  void grow();
  void estimate_from_now_on();
  void note(std::uint64_t hash);

  std::size_t exact_up_to_;
  std::vector<std::uint64_t> slots_;     // open addressing; 0 is free
  std::vector<std::uint8_t> registers_;  // of the estimate; empty while it is exact
  std::size_t used_ = 0;
  bool has_zero_ = false;
};

}  // namespace lectern::lrs
