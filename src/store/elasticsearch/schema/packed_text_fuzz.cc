// Packs any statement's text, which must come back; and unpacks any bytes, which may be refused and
// must do no harm.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "base/digest.h"
#include "base/json/json.h"
#include "store/elasticsearch/schema/packed_text.h"

using namespace lectern;
using namespace lectern::store::elasticsearch;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  if (const auto packed = pack_text(bytes)) {
    if (json::parse(bytes)) LECTERN_ASSERT(unpack_text(*packed, bytes) == bytes);
  }
  const std::string_view source = R"({"actor":{"name":"ada"},"n":[1,null,{}],"lectern":{}})";
  (void)unpack_text(to_base64(bytes), source).has_value();
  if (const auto packed = pack_text(source)) (void)unpack_text(*packed, bytes).has_value();
  return 0;
}
