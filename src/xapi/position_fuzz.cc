// A text is a cursor if and only if a cursor is written as that text.
#include <cstddef>
#include <cstdint>

#include "base/assert.h"
#include "xapi/position.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto cursor = lectern::xapi::Cursor::parse(text))
    LECTERN_ASSERT(cursor->text() == text);
  return 0;
}
