#include "store/embedded/format/term_hash.h"

#include <bit>
#include <cstring>

namespace lectern::store::embedded {
namespace {

static_assert(std::endian::native == std::endian::little);

std::uint64_t read_le64(const char* bytes) {
  std::uint64_t value = 0;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

struct State {
  std::uint64_t v0, v1, v2, v3;

  void round() {
    v0 += v1;
    v1 = std::rotl(v1, 13) ^ v0;
    v0 = std::rotl(v0, 32);
    v2 += v3;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1;
    v1 = std::rotl(v1, 17) ^ v2;
    v2 = std::rotl(v2, 32);
  }

  void take(std::uint64_t word) {
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  }

  std::uint64_t finish(std::uint64_t mark) {
    (mark == 0xEE ? v2 : v1) ^= mark;
    for (int i = 0; i < 4; ++i) round();
    return v0 ^ v1 ^ v2 ^ v3;
  }
};

}  // namespace

TermHash sip_hash(const std::array<char, 16>& key, std::string_view bytes) {
  const std::uint64_t k0 = read_le64(key.data()), k1 = read_le64(key.data() + 8);
  State state{k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D ^ 0xEE, k0 ^ 0x6C7967656E657261,
              k1 ^ 0x7465646279746573};
  const std::size_t whole = bytes.size() & ~std::size_t{7};
  for (std::size_t i = 0; i < whole; i += 8) state.take(read_le64(bytes.data() + i));
  std::uint64_t last = static_cast<std::uint64_t>(bytes.size()) << 56;
  for (std::size_t i = whole; i < bytes.size(); ++i)
    last |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << 8 * (i - whole);
  state.take(last);
  const std::uint64_t halves[2] = {state.finish(0xEE), state.finish(0xDD)};
  TermHash hash;
  std::memcpy(hash.data(), halves, sizeof halves);
  return hash;
}

}  // namespace lectern::store::embedded
