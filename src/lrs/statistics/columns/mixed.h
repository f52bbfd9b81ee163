#pragma once

#include <cstdint>

namespace lectern::lrs {

/// Spreads a number over all 64 bits; different numbers stay different.
inline std::uint64_t mixed(std::uint64_t number) {
  number ^= number >> 30;
  number *= 0xBF58476D1CE4E5B9U;
  number ^= number >> 27;
  number *= 0x94D049BB133111EBU;
  return number ^ (number >> 31);
}

}  // namespace lectern::lrs
