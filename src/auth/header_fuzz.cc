// The Authorization header: any bytes give credentials that say the same when written again, or
// nothing.
#include <cstdint>

#include "auth/header.h"
#include "base/assert.h"
#include "base/digest.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view header(reinterpret_cast<const char*>(data), size);
  if (const auto read = lectern::auth::parse_basic(header)) {
    const auto again = lectern::auth::parse_basic(
        "Basic " + lectern::to_base64(read->username + ":" + read->password));
    LECTERN_ASSERT(again.has_value());
    LECTERN_ASSERT(again->username == read->username && again->password == read->password);
  }
  if (const auto token = lectern::auth::parse_bearer(header)) LECTERN_ASSERT(!token->empty());
  return 0;
}
