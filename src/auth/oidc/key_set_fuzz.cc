// What an identity provider publishes as its keys: any bytes are a set of keys or refused, and no
// set of keys verifies a token that nobody signed.
#include <cstdint>
#include <string>
#include <vector>

#include "auth/oidc/jwt.h"
#include "auth/oidc/key_set.h"
#include "base/assert.h"
#include "base/digest.h"

namespace {

using namespace lectern::auth;

/// A token of each algorithm, allowed or not, whose signature is as long as it must be.
std::vector<Jwt> unsigned_tokens() {
  std::vector<Jwt> tokens;
  for (const std::string algorithm :
       {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "HS256", "none"})
    for (const std::string key : {"", R"(,"kid":"a")"}) {
      const auto header = lectern::to_base64url(R"({"alg":")" + algorithm + '"' + key + '}');
      const std::size_t bytes = algorithm == "ES256" ? 64 : algorithm == "ES384" ? 96 : 256;
      auto token = parse_jwt(header + "." + lectern::to_base64url(R"({"sub":"x","exp":1})") + "." +
                             lectern::to_base64url(std::string(bytes, '\x01')));
      LECTERN_ASSERT(token.has_value());
      tokens.push_back(std::move(*token));
    }
  return tokens;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto tokens = unsigned_tokens();
  const auto keys = KeySet::parse(std::string(reinterpret_cast<const char*>(data), size));
  if (!keys) return 0;
  LECTERN_ASSERT(keys->size() <= size / 2);
  for (const auto& token : tokens) LECTERN_ASSERT(keys->verify(token) != KeySet::Verdict::good);
  return 0;
}
