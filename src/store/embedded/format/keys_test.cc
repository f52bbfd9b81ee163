#include "store/embedded/format/keys.h"

#include <doctest/doctest.h>

#include "base/digest.h"
#include "store/embedded/format/term_hash.h"
#include "store/embedded/format/values.h"

namespace lectern::store::embedded {

TEST_CASE("newer statements sort before older ones") {
  const Time old{std::chrono::microseconds{5}},
      young{std::chrono::microseconds{1'800'000'000'000'000}};
  CHECK(body_key(7, young) < body_key(7, old));
  CHECK(body_key(7, old) < body_key(8, young));
  std::uint64_t order = 0;
  CHECK(decode_order(body_key(7, young), order));
  CHECK(stored_of(order) == young);
}

TEST_CASE("a document's key gives its registration and name back, zeros included") {
  const std::string odd("\0\1\xFF\0", 4);
  std::string registration, name;
  CHECK(decode_document_key(document_key(1, {DocumentKind::state, odd, "r", odd}), registration,
                            name));
  CHECK(registration == "r");
  CHECK(name == odd);
  CHECK(!decode_document_key(document_prefix(1, {DocumentKind::state, odd, "r"}), registration,
                             name));
}

TEST_CASE("terms are hashed by SipHash-2-4-128, as its authors' test vectors say") {
  std::array<char, 16> key;
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<char>(i);
  const auto hex = [&](std::string_view bytes) {
    const auto hash = sip_hash(key, bytes);
    return to_hex({hash.data(), hash.size()});
  };
  CHECK(hex("") == "a3817f04ba25a8e66df67214c7550293");
  CHECK(hex(std::string_view("\0", 1)) == "da87c1d86b99af44347659119b22fc45");
}

TEST_CASE("values are read as they were written, and not when bytes lack or are too many") {
  const IdEntry entry{true, Time{std::chrono::microseconds{77}}, {{1, 2, 3}, Time{}}};
  auto bytes = encode_id_entry(entry);
  const auto read = decode_id_entry(bytes);
  REQUIRE(read);
  CHECK(read->stored == entry.stored);
  CHECK(read->fingerprint == entry.fingerprint);
  CHECK(!decode_id_entry(bytes + "x"));
  for (; !bytes.empty(); bytes.pop_back())
    CHECK((bytes.size() == 25 || bytes.size() == 33) == decode_id_entry(bytes).has_value());
  CHECK(!decode_id_entry(""));
  CHECK(decode_id_entry(encode_id_entry({})).value().kept == false);
}

}  // namespace lectern::store::embedded
