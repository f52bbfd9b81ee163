// A JWS in compact form (RFC 7515, 7.1), the only one that Data 2.6 knows:
//
//   jws       = header "." payload "." signature      ; each base64url without padding
//   header    = { "alg": "RS256" / "RS384" / "RS512", "x5c": [ certificate, ... ], ... }
//   certificate = base64( DER )                        ; the first one is the signer's
#include "xapi/signature.h"

#include <array>
#include <memory>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/digest.h"
#include "xapi/member.h"

namespace lectern::xapi {
namespace {

using json::Type;
using json::Value;

tl::unexpected<Error> refuse(std::string message) {
  return fail(Error{Code::invalid, std::move(message), {}, "Data 2.6", {}});
}

struct Jws {
  std::unique_ptr<json::Document> header, payload;
  std::string signature;
  std::string_view signed_part;  // header "." payload, as they came
};

Result<std::unique_ptr<json::Document>> object_of(std::string_view part, std::string_view name) {
  const auto text = from_base64url(part);
  if (!text) return refuse(fmt::format("the {} of the signature is not base64url", name));
  auto document = json::parse(*text);
  if (!document || !(*document)->root().is(Type::object))
    return refuse(fmt::format("the {} of the signature is not a JSON object", name));
  return document;
}

Result<Jws> read_jws(std::string_view text) {
  const std::size_t first = text.find('.');
  const std::size_t last = text.rfind('.');
  if (first == std::string_view::npos || first == last || text.find('.', first + 1) != last)
    return refuse("the signature must be a JWS in compact form: three parts with dots between");
  Jws jws;
  TRY(jws.header, object_of(text.substr(0, first), "header"));
  TRY(jws.payload, object_of(text.substr(first + 1, last - first - 1), "payload"));
  auto signature = from_base64url(text.substr(last + 1));
  if (!signature || signature->empty())
    return refuse("the last part of the signature is not base64url");
  jws.signature = std::move(*signature);
  jws.signed_part = text.substr(0, last);
  return jws;
}

/// The digest of one of the three algorithms allowed.
const EVP_MD* digest_of(Value header) {
  const std::string_view algorithm = string_member(header, "alg").value_or("");
  if (algorithm == "RS256") return EVP_sha256();
  if (algorithm == "RS384") return EVP_sha384();
  if (algorithm == "RS512") return EVP_sha512();
  return nullptr;
}

struct Free {
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

std::unique_ptr<X509, Free> certificate_of(Value x5c) {
  if (!x5c.is(Type::array) || x5c.size() == 0) return nullptr;
  const Value first = *x5c.children().begin();
  if (!first.is(Type::string)) return nullptr;
  const auto der = from_base64(first.string());
  if (!der) return nullptr;
  const auto* at = reinterpret_cast<const unsigned char*>(der->data());
  std::unique_ptr<X509, Free> certificate(d2i_X509(nullptr, &at, static_cast<long>(der->size())));
  const auto* const end = reinterpret_cast<const unsigned char*>(der->data() + der->size());
  return at == end ? std::move(certificate) : nullptr;
}

/// RSASSA-PKCS1-v1_5 (RFC 7518, 3.3). The certificate need not be trusted, nor in date.
Result<void> verify_with(X509* certificate, const EVP_MD* digest, const Jws& jws) {
  EVP_PKEY* const key = X509_get0_pubkey(certificate);
  if (key == nullptr || EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA)
    return refuse("the first certificate in x5c holds no RSA key");
  const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
  if (context == nullptr) return fail(Code::internal, "no memory to verify the signature");
  const auto bytes = [](std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
  };
  const bool good = EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, key) == 1 &&
                    EVP_DigestVerify(context.get(), bytes(jws.signature), jws.signature.size(),
                                     bytes(jws.signed_part), jws.signed_part.size()) == 1;
  ERR_clear_error();  // the queue is the thread's, and the next one to look must find it empty
  if (good) return {};
  return refuse("the signature does not hold with the key of the first certificate in x5c");
}

std::optional<Uuid> id_of(Value statement) {
  return Uuid::parse(string_member(statement, "id").value_or(""));
}

}  // namespace

Result<SignedStatement> verify_signature(std::string_view jws_text) {
  TRY(const Jws jws, read_jws(jws_text));
  const Value header = jws.header->root();
  const EVP_MD* const digest = digest_of(header);
  if (digest == nullptr)
    return refuse("the \"alg\" of the signature must be RS256, RS384 or RS512");
  if (header.find("crit"))
    return refuse("the signature's header asks for extensions (\"crit\") that are not known");
  if (const auto x5c = header.find("x5c")) {
    const auto certificate = certificate_of(*x5c);
    if (certificate == nullptr) {
      ERR_clear_error();
      return refuse("the first element of \"x5c\" is not a certificate");
    }
    RETURN_IF_ERROR(verify_with(certificate.get(), digest, jws));
  }
  const Value payload = jws.payload->root();
  return SignedStatement{fingerprint_of(payload), id_of(payload)};
}

Result<void> check_signed(Value statement, const SignedStatement& signed_one) {
  // Both may bring an id; fingerprint_of() leaves ids out.
  const auto id = id_of(statement);
  const bool ids_differ = id && signed_one.id && *id != *signed_one.id;
  if (ids_differ || !equivalent(fingerprint_of(statement), signed_one.fingerprint))
    return refuse("the statement that was signed is not the statement that was sent");
  return {};
}

}  // namespace lectern::xapi
