// A bearer token: any bytes are taken apart or refused, and no key set verifies what it did not
// sign.
#include <cstdint>

#include "auth/oidc/jwt.h"
#include "auth/oidc/key_set.h"
#include "base/assert.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace lectern::auth;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto jwt = parse_jwt(text);
  // What is no token may be a key set; its own first token is never signed by it.
  const auto keys = KeySet::parse(text);
  if (keys && jwt) LECTERN_ASSERT(keys->verify(*jwt) != KeySet::Verdict::good);
  if (jwt) {
    const auto none = KeySet::parse(R"({"keys":[]})");
    LECTERN_ASSERT(none && none->verify(*jwt) != KeySet::Verdict::good);
  }
  return 0;
}
