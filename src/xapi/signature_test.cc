#include "xapi/signature.h"

#include <memory>
#include <string>

#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "base/assert.h"
#include "base/digest.h"
#include "xapi/testing/rewrite_test.h"

namespace lectern::xapi {
namespace {

constexpr std::string_view statement_text =
    R"({"id":"9dc99b37-e920-4a68-a066-917faca28949","actor":{"mbox":"mailto:ada@example.com"},)"
    R"("verb":{"id":"http://example.com/did","display":{"en":"did"}},"object":)"
    R"({"id":"http://example.com/it"},"result":{"duration":"PT1.23S"}})";

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using KeyPair = std::unique_ptr<EVP_PKEY, Free>;

KeyPair make_rsa() { return KeyPair(EVP_RSA_gen(2048)); }

/// The base64 of a certificate that is signed with its own key.
std::string certificate_of(EVP_PKEY* key) {
  const std::unique_ptr<X509, Free> certificate(X509_new());
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_set_pubkey(certificate.get(), key);
  LECTERN_ASSERT(X509_sign(certificate.get(), key, EVP_sha256()) > 0);
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate.get(), &der);
  LECTERN_ASSERT(size > 0);
  const std::string bytes(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return to_base64(bytes);
}

std::string signed_with(EVP_PKEY* key, const EVP_MD* digest, std::string_view text) {
  const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
  std::size_t size = 0;
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  LECTERN_ASSERT(EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, key) == 1);
  LECTERN_ASSERT(EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size()) == 1);
  std::string out(size, '\0');
  auto* to = reinterpret_cast<unsigned char*>(out.data());
  LECTERN_ASSERT(EVP_DigestSign(context.get(), to, &size, bytes, text.size()) == 1);
  out.resize(size);
  return out;
}

std::string jws_of(EVP_PKEY* key, std::string_view header, std::string_view payload,
                   const EVP_MD* digest = EVP_sha256()) {
  const std::string part = to_base64url(header) + "." + to_base64url(payload);
  return part + "." + to_base64url(signed_with(key, digest, part));
}

std::string header_with(std::string_view algorithm, const std::string& certificate) {
  return R"({"alg":")" + std::string(algorithm) + R"(","x5c":[")" + certificate + R"("]})";
}

/// A JWS that nobody's key holds for: without x5c there is nothing to verify with.
std::string unverifiable(std::string_view header, std::string_view payload) {
  return to_base64url(header) + "." + to_base64url(payload) + "." + to_base64url("signature");
}

/// The fault of a signature of the statement above, "" for none.
std::string fault(std::string_view jws, std::string_view statement = statement_text) {
  const auto document = read(std::string(statement));
  const auto result = [&]() -> Result<void> {
    TRY(const auto signed_one, verify_signature(jws));
    return check_signed(document->root(), signed_one);
  }();
  if (result) return "";
  CHECK(result.error().code == Code::invalid);
  CHECK(result.error().rule == "Data 2.6");
  return result.error().message;
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace

TEST_CASE("a signature holds with the key of its first certificate, in three algorithms") {
  const KeyPair key = make_rsa();
  const std::string certificate = certificate_of(key.get());
  CHECK(fault(jws_of(key.get(), header_with("RS256", certificate), statement_text)) == "");
  CHECK(fault(jws_of(key.get(), header_with("RS384", certificate), statement_text, EVP_sha384())) ==
        "");
  CHECK(fault(jws_of(key.get(), header_with("RS512", certificate), statement_text, EVP_sha512())) ==
        "");
  const std::string more = R"({"alg":"RS256","x5c":[")" + certificate + R"(","rest"]})";
  CHECK(fault(jws_of(key.get(), more, statement_text)) == "");
}

TEST_CASE("a signature by another key, another algorithm or of another text does not hold") {
  const KeyPair key = make_rsa(), other = make_rsa();
  const std::string certificate = certificate_of(key.get());
  const std::string header = header_with("RS256", certificate);
  CHECK(contains(fault(jws_of(other.get(), header, statement_text)), "does not hold"));
  CHECK(contains(fault(jws_of(key.get(), header, statement_text, EVP_sha512())), "does not hold"));
  const std::string good = jws_of(key.get(), header, statement_text);
  const std::string moved = to_base64url(header) + "." +
                            to_base64url(std::string(statement_text) + " ") +
                            good.substr(good.rfind('.'));
  CHECK(contains(fault(moved), "does not hold"));
}

TEST_CASE("a certificate must be one, and of an RSA key") {
  const KeyPair key = make_rsa();
  const KeyPair curve(EVP_EC_gen("P-256"));
  const std::string certificate = certificate_of(key.get());
  for (const std::string& x5c :
       {std::string("[]"), std::string("[1]"), std::string("[\"\"]"), std::string("[\"AAAA\"]"),
        std::string("[\"~\"]"), "\"" + certificate + "\"", std::string("null"),
        "[\"" + to_base64(*from_base64(certificate) + "x") + "\"]"}) {
    CAPTURE(x5c);
    CHECK(contains(fault(unverifiable(R"({"alg":"RS256","x5c":)" + x5c + "}", statement_text)),
                   "not a certificate"));
  }
  const std::string of_curve = certificate_of(curve.get());
  CHECK(contains(fault(jws_of(curve.get(), header_with("RS256", of_curve), statement_text)),
                 "no RSA key"));
}

TEST_CASE("without a certificate there is nothing to verify with") {
  CHECK(fault(unverifiable(R"({"alg":"RS256"})", statement_text)) == "");
}

TEST_CASE("a JWS has three parts of base64url, the first two JSON objects") {
  const std::string good = unverifiable(R"({"alg":"RS256"})", statement_text);
  const std::string header = to_base64url(R"({"alg":"RS256"})");
  const std::string payload = to_base64url(statement_text);
  REQUIRE(fault(good) == "");
  for (const std::string& jws : {std::string(),
                                 std::string("."),
                                 std::string(".."),
                                 std::string("a.b"),
                                 header,
                                 header + "." + payload,
                                 header + "." + payload + ".",
                                 good + ".",
                                 good + ".AAAA",
                                 good + "\n",
                                 good + "=",
                                 " " + good,
                                 header + "..AAAA",
                                 "." + payload + ".AAAA",
                                 header + "=." + payload + ".AAAA",
                                 header + "." + payload + "+.AAAA",
                                 unverifiable("[]", statement_text),
                                 unverifiable("{", statement_text),
                                 unverifiable(R"({"alg":"RS256"})", "[]"),
                                 unverifiable(R"({"alg":"RS256"})", "no JSON"),
                                 std::string(R"({"payload":"","signatures":[]})")}) {
    CAPTURE(jws);
    CHECK(fault(jws) != "");
  }
}

TEST_CASE("no other algorithm is taken") {
  for (const std::string_view header :
       {R"({"alg":"HS256"})", R"({"alg":"none"})", R"({"alg":"ES256"})", R"({"alg":"PS256"})",
        R"({"alg":"rs256"})", R"({"alg":null})", R"({"alg":["RS256"]})", R"({"ALG":"RS256"})",
        "{}"}) {
    CAPTURE(header);
    CHECK(contains(fault(unverifiable(header, statement_text)), "RS256, RS384 or RS512"));
  }
  CHECK(
      contains(fault(unverifiable(R"({"alg":"RS256","crit":["b64"],"b64":false})", statement_text)),
               "crit"));
}

TEST_CASE("the statement that was signed is the one that was sent") {
  const std::string text(statement_text);
  const auto with = [&](std::string_view from, std::string_view to) {
    std::string out = text;
    const std::size_t at = out.find(from);
    LECTERN_ASSERT(at != std::string::npos);
    return out.replace(at, from.size(), to);
  };
  const auto of = [](std::string_view payload) {
    return fault(unverifiable(R"({"alg":"RS512"})", payload));
  };
  CHECK(of(with("PT1.23S", "PT1.239S")) == "");
  CHECK(of(with(R"("id":"9dc99b37-e920-4a68-a066-917faca28949",)", "")) == "");
  CHECK(of(with("9dc99b37", "9DC99B37")) == "");
  CHECK(of(with(R"("display":{"en":"did"})", R"("display":{"de":"tat"})")) == "");
  for (const std::string& other :
       {with("/it", "/that"), with("9dc99b37", "8dc99b37"), with("ada@", "bob@"),
        with("PT1.23S", "PT1.24S"), std::string("{}"), with("\"actor\"", "\"Actor\"")}) {
    CAPTURE(other);
    CHECK(contains(of(other), "not the statement that was sent"));
  }
}

TEST_CASE("the signed statement may be written in other words than the one that was sent") {
  Rewriter rewriter(7);
  for (const std::string_view statement : {activity_statement, sub_statement_statement}) {
    const auto document = read(std::string(statement));
    for (int i = 0; i < 50; ++i) {
      const std::string payload = rewriter.statement(document->root());
      CAPTURE(payload);
      CHECK(fault(unverifiable(R"({"alg":"RS256"})", payload), statement) == "");
    }
  }
}

}  // namespace lectern::xapi
