#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "pipeline/extract.h"

/// Lines of any bytes: what comes out is whole lines, and what is refused adds nothing.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lectern::pipeline;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  std::size_t bytes = 0;
  for (std::uint64_t number = 1;; ++number) {
    const auto line = next_line(rest, number);
    if (!line) break;
    bytes += line->whole.size();
    for (const auto extract : {extract_gelf, extract_es}) {
      std::string out;
      const bool refused = extract(line->text, out).has_value();
      LECTERN_ASSERT(refused ? out.empty() : out.ends_with('\n'));
    }
  }
  LECTERN_ASSERT(bytes == size);
  return 0;
}
