#include "auth/oidc/key_set.h"

#include <array>
#include <optional>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include "base/digest.h"

namespace lectern::auth {
namespace {

using json::Type;
using json::Value;

constexpr int rsa_bits_min = 2048;

enum class Scheme : std::uint8_t { pkcs1, pss, ecdsa };

struct Algorithm {
  std::string_view name;
  Scheme scheme;
  const EVP_MD* (*digest)();
  const char* curve;                // of ECDSA
  std::size_t coordinate_size = 0;  // likewise
};

constexpr std::array algorithms = {
    Algorithm{"RS256", Scheme::pkcs1, EVP_sha256, nullptr},
    Algorithm{"RS384", Scheme::pkcs1, EVP_sha384, nullptr},
    Algorithm{"RS512", Scheme::pkcs1, EVP_sha512, nullptr},
    Algorithm{"PS256", Scheme::pss, EVP_sha256, nullptr},
    Algorithm{"PS384", Scheme::pss, EVP_sha384, nullptr},
    Algorithm{"PS512", Scheme::pss, EVP_sha512, nullptr},
    Algorithm{"ES256", Scheme::ecdsa, EVP_sha256, "prime256v1", 32},
    Algorithm{"ES384", Scheme::ecdsa, EVP_sha384, "secp384r1", 48},
};

const Algorithm* find_algorithm(std::string_view name) {
  for (const Algorithm& one : algorithms)
    if (one.name == name) return &one;
  return nullptr;
}

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(BIGNUM* number) const { BN_free(number); }
  void operator()(OSSL_PARAM_BLD* builder) const { OSSL_PARAM_BLD_free(builder); }
  void operator()(OSSL_PARAM* parameters) const { OSSL_PARAM_free(parameters); }
  void operator()(ECDSA_SIG* signature) const { ECDSA_SIG_free(signature); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;
using KeyPtr = Owned<EVP_PKEY>;

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Owned<BIGNUM> number(std::string_view big_endian) {
  return Owned<BIGNUM>(BN_bin2bn(bytes(big_endian), static_cast<int>(big_endian.size()), nullptr));
}

std::optional<std::string> decoded(Value key, std::string_view name) {
  auto text = from_base64url(text_of(key, name));
  return text && !text->empty() && text->size() <= 4096 ? text : std::nullopt;
}

KeyPtr from_parameters(const char* kind, OSSL_PARAM_BLD* builder) {
  const Owned<OSSL_PARAM> parameters(OSSL_PARAM_BLD_to_param(builder));
  const Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr));
  EVP_PKEY* key = nullptr;
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1)
    return nullptr;
  return KeyPtr(key);
}

KeyPtr rsa_key(Value jwk) {
  const auto n = decoded(jwk, "n"), e = decoded(jwk, "e");
  if (!n || !e) return nullptr;
  const Owned<BIGNUM> modulus = number(*n), exponent = number(*e);
  const Owned<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get());
  KeyPtr key = from_parameters("RSA", builder.get());
  return key && EVP_PKEY_get_bits(key.get()) >= rsa_bits_min ? std::move(key) : nullptr;
}

KeyPtr elliptic_key(Value jwk, const Algorithm& algorithm) {
  const auto x = decoded(jwk, "x"), y = decoded(jwk, "y");
  const std::size_t size = algorithm.coordinate_size;
  if (!x || !y || x->size() != size || y->size() != size) return nullptr;
  const std::string point = "\x04" + *x + *y;  // uncompressed (SEC 1, 2.3.3)
  const Owned<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, algorithm.curve, 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                   point.size());
  return from_parameters("EC", builder.get());
}

/// JOSE writes an ECDSA signature as two numbers side by side, OpenSSL reads DER.
std::optional<std::string> der_signature(const std::string& raw, std::size_t size) {
  if (raw.size() != 2 * size) return std::nullopt;
  const Owned<ECDSA_SIG> signature(ECDSA_SIG_new());
  Owned<BIGNUM> r = number(std::string_view(raw).substr(0, size));
  Owned<BIGNUM> s = number(std::string_view(raw).substr(size));
  if (!signature || ECDSA_SIG_set0(signature.get(), r.get(), s.get()) != 1) return std::nullopt;
  static_cast<void>(r.release());  // the signature owns them now
  static_cast<void>(s.release());
  unsigned char* der = nullptr;
  const int length = i2d_ECDSA_SIG(signature.get(), &der);
  if (length <= 0) return std::nullopt;
  std::string out(reinterpret_cast<const char*>(der), static_cast<std::size_t>(length));
  OPENSSL_free(der);
  return out;
}

bool holds(EVP_PKEY* key, const Algorithm& algorithm, const Jwt& jwt) {
  std::string signature = jwt.signature;
  if (algorithm.scheme == Scheme::ecdsa) {
    auto der = der_signature(signature, algorithm.coordinate_size);
    if (!der) return false;
    signature = std::move(*der);
  }
  const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* options = nullptr;
  if (!context ||
      EVP_DigestVerifyInit(context.get(), &options, algorithm.digest(), nullptr, key) != 1)
    return false;
  if (algorithm.scheme == Scheme::pss &&
      (EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) != 1 ||
       EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) != 1))
    return false;
  return EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(jwt.signed_part),
                          jwt.signed_part.size()) == 1;
}

/// The ECDSA algorithm of a curve, which has only one.
const Algorithm* algorithm_of_curve(std::string_view curve) {
  if (curve == "P-256") return find_algorithm("ES256");
  if (curve == "P-384") return find_algorithm("ES384");
  return nullptr;
}

}  // namespace

Result<KeySet> KeySet::parse(std::string text) {
  const auto document = json::parse(std::move(text));
  const auto list = document ? (*document)->root().find("keys") : std::nullopt;
  if (!list || !list->is(Type::array)) return fail(Code::invalid, "not a JWK Set");
  KeySet set;
  for (const Value jwk : list->children()) {
    if (!jwk.is(Type::object) || text_of(jwk, "use") == "enc") continue;
    Key key{std::string(text_of(jwk, "kid")), std::string(text_of(jwk, "alg")), false, nullptr};
    KeyPtr made;
    if (text_of(jwk, "kty") == "RSA") {
      made = rsa_key(jwk);
    } else if (const Algorithm* algorithm = algorithm_of_curve(text_of(jwk, "crv"));
               text_of(jwk, "kty") == "EC" && algorithm != nullptr) {
      key.elliptic = true;
      key.algorithm = algorithm->name;
      made = elliptic_key(jwk, *algorithm);
    }
    if (!made) continue;
    key.key = std::shared_ptr<EVP_PKEY>(made.release(), Free());
    set.keys_.push_back(std::move(key));
  }
  ERR_clear_error();  // the queue is the thread's, and the next one to look must find it empty
  return set;
}

KeySet::Verdict KeySet::verify(const Jwt& jwt) const {
  const Algorithm* algorithm = find_algorithm(jwt.algorithm());
  if (algorithm == nullptr) return Verdict::bad;
  Verdict verdict = Verdict::no_key;
  for (const Key& key : keys_) {
    if (!jwt.key_id().empty() && key.id != jwt.key_id()) continue;
    if (key.elliptic != (algorithm->scheme == Scheme::ecdsa)) continue;
    if (!key.algorithm.empty() && key.algorithm != algorithm->name) continue;
    verdict = holds(key.key.get(), *algorithm, jwt) ? Verdict::good : Verdict::bad;
    if (verdict == Verdict::good) break;
  }
  ERR_clear_error();
  return verdict;
}

}  // namespace lectern::auth
