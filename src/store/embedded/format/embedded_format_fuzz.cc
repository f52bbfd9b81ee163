// Reads any bytes as values and keys of the embedded store. What can be read must be written back
// as the same bytes. The first byte says as what the rest is read.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "store/embedded/format/keys.h"
#include "store/embedded/format/posting_block.h"
#include "store/embedded/format/values.h"

namespace {

using namespace lectern;
using namespace lectern::store::embedded;

void try_body(std::string_view bytes) {
  if (const auto body = decode_body(bytes)) {
    const auto again = encode_body_head(*body).append(body->text);
    LECTERN_ASSERT(again == bytes);
  }
}

void try_id_entry(std::string_view bytes) {
  if (const auto entry = decode_id_entry(bytes)) LECTERN_ASSERT(encode_id_entry(*entry) == bytes);
}

void try_reference(std::string_view bytes) {
  if (const auto reference = decode_reference(bytes))
    LECTERN_ASSERT(encode_reference(*reference) == bytes);
}

void try_block(std::string_view bytes) {
  constexpr std::uint64_t oldest = 1'000'000;
  if (const auto entries = decode_block(bytes, oldest))
    LECTERN_ASSERT(decode_block(encode_block(*entries), oldest) == entries);
}

void try_document(std::string_view bytes) {
  if (const auto document = decode_document(bytes))
    LECTERN_ASSERT(encode_document_head(*document).append(document->bytes) == bytes);
}

void try_keys(std::string_view bytes) {
  std::uint64_t order = 0;
  if (decode_order(bytes, order)) LECTERN_ASSERT(order_of(stored_of(order)) == order);
  std::string registration, name;
  if (!decode_document_key(bytes, registration, name)) return;
  LECTERN_ASSERT(registration.size() + name.size() <= bytes.size());
}

/// Any texts survive in a document's key.
void try_texts(std::string_view bytes) {
  const auto third = bytes.size() / 3;
  const store::DocumentKey key{store::DocumentKind::state, std::string(bytes.substr(0, third)),
                               std::string(bytes.substr(third, third)),
                               std::string(bytes.substr(2 * third))};
  std::string registration, name;
  LECTERN_ASSERT(decode_document_key(document_key(7, key), registration, name));
  LECTERN_ASSERT(registration == key.registration && name == key.id);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string all(reinterpret_cast<const char*>(data), size);
  const std::string_view bytes = std::string_view(all).substr(1);
  constexpr void (*tries[])(std::string_view) = {
      try_body, try_id_entry, try_reference, try_document, try_keys, try_texts, try_block};
  tries[data[0] % std::size(tries)](bytes);
  return 0;
}
