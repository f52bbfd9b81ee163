// Input: the size of the pieces in one byte, then what a client sends. However it is cut, the
// parser must come to the same request, or to none (what is refused at once when whole may be
// waited for when cut).
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "http/wire/request_parser.h"

namespace {

constexpr std::size_t header_bytes_max = 512;
constexpr std::uint64_t body_bytes_max = 1024;

struct Outcome {
  bool done = false;
  bool refused = false;
  std::string request;
  std::string body;
};

Outcome parse(std::string_view bytes, std::size_t piece_bytes) {
  lectern::http::RequestParser parser(header_bytes_max, body_bytes_max);
  Outcome out;
  std::size_t begin = 0;
  std::size_t end = 0;
  while (end < bytes.size() && !parser.done() && !parser.fault()) {
    end = std::min(end + piece_bytes, bytes.size());
    while (begin < end && !parser.done() && !parser.fault()) {
      const bool in_head = !parser.head_done();
      const auto taken = parser.put(bytes.substr(begin, end - begin), out.body);
      LECTERN_ASSERT(taken <= end - begin);
      begin += taken;
      if (taken == 0 && !(in_head && parser.head_done())) break;
    }
  }
  out.done = parser.done();
  out.refused = parser.fault().has_value();
  if (!out.done || out.refused) return out;
  const auto& request = parser.request();
  out.request = request.method + " " + request.path + "?" + request.query;
  for (const auto& [name, value] : request.headers.fields()) out.request += name + ":" + value;
  LECTERN_ASSERT(out.body.size() <= body_bytes_max);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto whole = parse(bytes, bytes.size());
  const auto pieces = parse(bytes, std::size_t{data[0]} + 1);
  const bool served = whole.done && !whole.refused;
  LECTERN_ASSERT(served == (pieces.done && !pieces.refused));
  if (!served) return 0;
  LECTERN_ASSERT(whole.request == pieces.request && whole.body == pieces.body);
  return 0;
}
