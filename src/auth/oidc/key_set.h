#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "auth/oidc/jwt.h"
#include "base/result.h"

struct evp_pkey_st;  // OpenSSL's EVP_PKEY

namespace lectern::auth {

/// The public keys of a provider: a JWK Set (RFC 7517). Immutable; thread-safe.
///
/// Algorithms allowed: RS256, RS384, RS512, PS256, PS384, PS512 (RSA keys of 2048 bits or more),
/// ES256 (P-256), ES384 (P-384). Never `none`, never one with a shared secret.
class KeySet {
 public:
  /// Keys that are not for signatures, or of a kind that is not allowed, are left out. Errors:
  /// invalid, when the text is no JWK Set.
  static Result<KeySet> parse(std::string text);

  /// What a key set makes of a token's signature.
  enum class Verdict {
    good,
    bad,     ///< a key fits, and the signature does not hold; or the algorithm is not allowed
    no_key,  ///< no key with the token's id, or of its kind when it names none
  };
  Verdict verify(const Jwt& jwt) const;

  std::size_t size() const { return keys_.size(); }

 private:
  struct Key {
    std::string id;
    std::string algorithm;  ///< "" when it may be any of its kind
    bool elliptic = false;
    std::shared_ptr<evp_pkey_st> key;  // shared: KeySets are copied
  };
  std::vector<Key> keys_;
};

}  // namespace lectern::auth
