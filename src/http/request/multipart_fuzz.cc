// Input: a Content-Type value up to the first line feed, then a body.
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "http/request/multipart.h"

namespace {

using lectern::http::MultipartWriter;

bool within(std::string_view part, std::string_view whole) {
  const std::less_equal<const char*> at_most;
  return part.empty() || (at_most(whole.data(), part.data()) &&
                          at_most(part.data() + part.size(), whole.data() + whole.size()));
}

/// Every part views the body, and writing the parts gives a body with the same parts.
void check(std::string_view body, const std::string& boundary) {
  const auto parts = lectern::http::split_multipart(body, boundary);
  if (!parts) return;
  MultipartWriter writer(boundary);
  std::string again;
  for (const auto& part : *parts) {
    LECTERN_ASSERT(within(part.content, body));
    for (const auto& [name, value] : part.headers)
      LECTERN_ASSERT(within(name, body) && within(value, body));
    again += writer.head(part.headers);
    again += part.content;
  }
  again += writer.end();
  const auto same = lectern::http::split_multipart(again, boundary);
  LECTERN_ASSERT(same && same->size() == parts->size());
  for (std::size_t i = 0; i < same->size(); ++i) {
    LECTERN_ASSERT(same->at(i).content == parts->at(i).content);
    LECTERN_ASSERT(same->at(i).headers == parts->at(i).headers);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto line = input.find('\n');
  if (line == std::string_view::npos) return 0;
  if (const auto boundary = lectern::http::multipart_boundary(input.substr(0, line)))
    check(input.substr(line + 1), *boundary);
  return 0;
}
