// A document that a MongoDB server sends, whoever wrote it: any bytes are read to their end, as
// JSON that can be parsed or as an error; and the BSON made of that JSON says the same again.
#include <cstdint>
#include <string>

#include "base/assert.h"
#include "base/json/json.h"
#include "store/mongo/client/bson.h"
#include "store/mongo/client/convert.h"

namespace {

using namespace lectern;
using namespace lectern::store::mongo;

/// Reads every value in each way that rows are read.
void walk(View document, int depth) {
  for_each(document, [&](const Field& value) {
    const auto text = value.text();
    const auto bytes = value.bytes();
    LECTERN_ASSERT(!text || text->size() <= document.size);
    LECTERN_ASSERT(!bytes || bytes->size() <= document.size);
    LECTERN_ASSERT(!value.uuid() || bytes->size() == 16);
    static_cast<void>(value.integer());
    static_cast<void>(value.truth());
    if (const auto inside = value.object(); inside && depth < 64) walk(*inside, depth + 1);
    return true;
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const View document(data, size);
  walk(document, 0);
  if (const auto id = field(document, "lectern.id")) static_cast<void>(id->uuid());
  const auto text = to_json(document);
  if (!text) return 0;
  const auto parsed = json::parse(*text, {.lenient = true});  // keys may occur twice in BSON
  LECTERN_ASSERT(parsed.has_value());
  const auto again = to_json(to_bson((*parsed)->root()).view());
  LECTERN_ASSERT(again && json::parse(*again, {.lenient = true}).has_value());
  return 0;
}
