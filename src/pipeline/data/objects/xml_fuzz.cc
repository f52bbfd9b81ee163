#include <cstdint>

#include "base/assert.h"
#include "pipeline/data/objects/xml.h"

/// Answers of any bytes: where they are read, the last element to end is the first that began.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view xml(reinterpret_cast<const char*>(data), size);
  std::string last;
  std::size_t texts = 0;
  const auto done = lectern::pipeline::objects::for_each_element(
      xml, [&](std::string_view path, const std::string& text) {
        LECTERN_ASSERT(path.starts_with('/') && path.size() > 1);
        last = path;
        texts += text.size();
      });
  LECTERN_ASSERT(!done || last.rfind('/') == 0 || last.find('/', 1) != last.npos);
  LECTERN_ASSERT(texts <= size);
  return 0;
}
