#include <array>

#include <fmt/format.h>

#include "base/digest.h"
#include "cli/conformance/check.h"

/// Attachments and signatures.
namespace lectern::cli::conformance {
namespace {

struct Part {
  std::string sha2;
  std::string bytes;
  std::string encoding = "binary";
};

Call mixed(const std::string& statements, const std::vector<Part>& parts) {
  const std::string boundary = "conformance-" + fresh_id();
  std::string body = "--" + boundary + "\r\nContent-Type: application/json\r\n\r\n" + statements;
  for (const auto& part : parts)
    body += fmt::format(
        "\r\n--{}\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: {}\r\n"
        "X-Experience-API-Hash: {}\r\n\r\n{}",
        boundary, part.encoding, part.sha2, part.bytes);
  body += "\r\n--" + boundary + "--\r\n";
  return {.method = "POST",
          .path = "/statements",
          .body = std::move(body),
          .headers = {{"Content-Type", "multipart/mixed; boundary=" + boundary}}};
}

std::string attaching(const std::string& id, const std::string& sha2, std::size_t length,
                      const std::string& usage = "http://a.example/usage") {
  return statement(
      id, fresh_agent(), fresh_iri(),
      fmt::format(R"("attachments":[{{"usageType":"{}","display":{{"en":"x"}},)"
                  R"("contentType":"application/octet-stream","length":{},"sha2":"{}"}}])",
                  usage, length, sha2));
}

Result<void> content_comes_back(Probe& probe) {
  const auto id = fresh_id();
  const std::string bytes = "bytes \x01\xff of " + id;
  const auto sha2 = to_hex(sha256(bytes));
  RETURN_IF_ERROR(probe.expect({200}, mixed(attaching(id, sha2, bytes.size()), {{sha2, bytes}})));
  TRY(const auto with,
      probe.expect(
          {200}, {.path = "/statements", .query = {{"statementId", id}, {"attachments", "true"}}}));
  if (with.header("Content-Type").value_or("").find("multipart/mixed") != 0)
    return unmet("attachments=true was not answered with multipart/mixed");
  if (with.body.find("\r\n\r\n" + bytes + "\r\n") == std::string::npos)
    return unmet("the content did not come back whole");
  TRY(const auto without,
      probe.expect({200}, {.path = "/statements", .query = {{"statementId", id}}}));
  if (without.body.find(bytes) != std::string::npos)
    return unmet("the content came without being asked for");
  return {};
}

Result<void> hash_is_compared(Probe& probe) {
  const auto sha2 = to_hex(sha256("some bytes"));
  RETURN_IF_ERROR(
      probe.expect({400}, mixed(attaching(fresh_id(), sha2, 11), {{sha2, "other bytes"}})));
  return {};
}

Result<void> contents_must_fit(Probe& probe) {
  const auto sha2 = to_hex(sha256("x")), other = to_hex(sha256("y"));
  RETURN_IF_ERROR(probe.expect({400}, mixed(attaching(fresh_id(), sha2, 1), {})));
  RETURN_IF_ERROR(
      probe.expect({400}, mixed(attaching(fresh_id(), sha2, 1), {{sha2, "x"}, {other, "y"}})));
  RETURN_IF_ERROR(
      probe.expect({400}, mixed(attaching(fresh_id(), sha2, 1), {{sha2, "x", "base64"}})));
  RETURN_IF_ERROR(probe.expect(
      {400}, {.method = "POST", .path = "/statements", .body = attaching(fresh_id(), sha2, 1)}));
  return {};
}

/// A JWS whose header names no certificate, so that its signature cannot be verified, but its
/// payload can be compared.
std::string jws_of(const std::string& payload, const std::string& algorithm) {
  return to_base64url(fmt::format(R"({{"alg":"{}"}})", algorithm)) + "." + to_base64url(payload) +
         "." + to_base64url("signature");
}

Result<void> signed_with(Probe& probe, int status, const std::string& jws, const std::string& id,
                         const std::string& agent, const std::string& activity) {
  const auto sha2 = to_hex(sha256(jws));
  const auto text = statement(
      id, agent, activity,
      fmt::format(
          R"("attachments":[{{"usageType":"http://adlnet.gov/expapi/attachments/signature",)"
          R"("display":{{"en":"x"}},"contentType":"application/octet-stream",)"
          R"("length":{},"sha2":"{}"}}])",
          jws.size(), sha2));
  RETURN_IF_ERROR(probe.expect({status}, mixed(text, {{sha2, jws}})));
  return {};
}

Result<void> signatures(Probe& probe) {
  const auto id = fresh_id(), agent = fresh_agent(), activity = fresh_iri();
  const auto own = statement(id, agent, activity);
  RETURN_IF_ERROR(signed_with(probe, 400, "no JWS", id, agent, activity));
  RETURN_IF_ERROR(signed_with(probe, 400, jws_of(own, "HS256"), id, agent, activity));
  RETURN_IF_ERROR(signed_with(probe, 400, jws_of(statement(id, agent, fresh_iri()), "RS256"), id,
                              agent, activity));
  return signed_with(probe, 200, jws_of(own, "RS256"), id, agent, activity);
}

constexpr std::array checks = {
    Check{"ATT-01", "Communication 1.5.2", "Contents come back with attachments=true only",
          Applies::both, content_comes_back},
    Check{"ATT-02", "Communication 1.5.2", "The hash of a part is compared with its bytes",
          Applies::both, hash_is_compared},
    Check{"ATT-03", "Communication 1.5.2", "Parts and attachments fit each other", Applies::both,
          contents_must_fit},
    Check{"ATT-04", "Data 2.6", "A signature's form, algorithm and payload are checked",
          Applies::both, signatures},
};

}  // namespace

std::span<const Check> attachment_checks() { return checks; }

}  // namespace lectern::cli::conformance
