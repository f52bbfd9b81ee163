// The door to JSON accepts what the library's own strict reader accepts, but for what must never
// be stored, and the other way round, but for numbers beyond 64 bits or a double.
#include <cstddef>
#include <cstdint>

#include <simdjson.h>

#include "base/assert.h"
#include "base/json/json.h"

namespace {

using namespace lectern;

/// Each part's bytes are a JSON text of their own, with the same parts.
void check(json::Value value) {
  LECTERN_ASSERT(!value.source().empty());
  std::size_t count = 0;
  const char* last = value.source().data();
  for (const json::Value child : value.children()) {
    LECTERN_ASSERT(child.source().data() > last);
    last = child.source().data() + child.source().size() - 1;
    check(child);
    ++count;
  }
  LECTERN_ASSERT(count == value.size());
  LECTERN_ASSERT(last < value.source().data() + value.source().size());
}

bool is_ours_alone(std::string_view message) {
  return message.find("twice") != message.npos || message.find("deeper") != message.npos ||
         message.find("surrogate") != message.npos;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  thread_local simdjson::dom::parser parser;
  const auto strict = parser.parse(text).error();
  const auto document = json::parse(text);
  if (document) {
    LECTERN_ASSERT(strict == simdjson::SUCCESS || strict == simdjson::NUMBER_ERROR);
    check((*document)->root());
  } else {
    LECTERN_ASSERT(strict != simdjson::SUCCESS || is_ours_alone(document.error().message));
  }
  return 0;
}
