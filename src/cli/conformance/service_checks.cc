#include <array>

#include <fmt/format.h>

#include "base/text.h"
#include "base/time/time.h"
#include "cli/conformance/check.h"
#include "xapi/query.h"

/// Versions, credentials, headers, HEAD, the alternate syntax.
namespace lectern::cli::conformance {
namespace {

const std::string path = "/statements";

Result<void> version_is_checked(Probe& probe) {
  for (const auto* version : {"-", "0.95", "1.1.0", "3.0.0", "text"})
    RETURN_IF_ERROR(probe.expect({400}, {.path = path, .version = version}));
  for (const auto* resource : {"/agents", "/activities", "/activities/state"})
    RETURN_IF_ERROR(probe.expect({400}, {.path = resource, .version = "9.9"}));
  return {};
}

Result<void> version_is_answered(Probe& probe) {
  const std::string wanted(xapi::text_of(probe.version()));
  for (const auto& call :
       std::initializer_list<Call>{{.path = path, .query = {{"limit", "1"}}},
                                   {.path = path, .query = {{"unknown", "1"}}},
                                   {.path = path, .query = {{"statementId", fresh_id()}}},
                                   {.path = "/agents", .query = {{"agent", fresh_agent()}}}}) {
    TRY(const auto answer, probe.send(call));
    if (answer.header("X-Experience-API-Version") != wanted)
      return unmet(fmt::format("an answer with status {} says version {}", answer.status,
                               answer.header("X-Experience-API-Version").value_or("nothing")));
  }
  return {};
}

Result<void> short_version(Probe& probe) {
  RETURN_IF_ERROR(probe.expect(
      {200}, {.path = path, .query = {{"limit", "1"}}, .version = probe.is_2_0() ? "2.0" : "1.0"}));
  return {};
}

Result<void> credentials(Probe& probe) {
  for (const auto* resource : {"/statements", "/activities/state", "/agents", "/agents/profile"}) {
    TRY(const auto answer, probe.expect({401}, {.path = resource, .authenticated = false}));
    if (!answer.header("WWW-Authenticate")) return unmet("a 401 lacks WWW-Authenticate");
  }
  for (const auto* header : {"Basic bm9ib2R5Om5vdGhpbmc=", "Basic %%%", "Basic", "Nonsense"})
    RETURN_IF_ERROR(probe.expect(
        {401}, {.path = path, .headers = {{"Authorization", header}}, .authenticated = false}));
  RETURN_IF_ERROR(
      probe.expect({401}, {.method = "POST", .path = path, .body = "[]", .authenticated = false}));
  return {};
}

Result<void> consistent_through(Probe& probe) {
  for (const auto& call :
       std::initializer_list<Call>{{.path = path, .query = {{"limit", "1"}}},
                                   {.method = "POST",
                                   .path = path,
                                   .body = statement(fresh_id(), fresh_agent(), fresh_iri())},
                                   {.method = "POST", .path = path, .body = "[{}]"},
                                   {.path = path, .query = {{"statementId", fresh_id()}}}}) {
    TRY(const auto answer, probe.send(call));
    if (!parse_time(answer.header("X-Experience-API-Consistent-Through").value_or("")))
      return unmet(
          fmt::format("{} {} with status {} lacks it", call.method, call.path, answer.status));
  }
  return {};
}

Result<void> head_as_get(Probe& probe) {
  const auto id = fresh_id();
  RETURN_IF_ERROR(probe.store({statement(id, fresh_agent(), fresh_iri())}));
  for (const auto& call : std::initializer_list<Call>{
           {.method = "HEAD", .path = path, .query = {{"statementId", id}}},
           {.method = "HEAD", .path = "/about"},
           {.method = "HEAD", .path = "/agents", .query = {{"agent", fresh_agent()}}}}) {
    TRY(const auto answer, probe.expect({200}, call));
    if (!answer.body.empty()) return unmet("HEAD was answered with a body");
  }
  RETURN_IF_ERROR(probe.expect(
      {404}, {.method = "HEAD", .path = path, .query = {{"statementId", fresh_id()}}}));
  return {};
}

Call form(const std::string& method, const std::string& body) {
  return {.method = "POST",
          .path = path,
          .query = {{"method", method}},
          .body = body,
          .headers = {{"Content-Type", "application/x-www-form-urlencoded"}}};
}

Result<void> alternate_syntax(Probe& probe) {
  const auto id = fresh_id();
  const auto content = percent_encoded(statement(id, fresh_agent(), fresh_iri()));
  RETURN_IF_ERROR(probe.expect({204}, form("PUT", "statementId=" + id + "&content=" + content)));
  RETURN_IF_ERROR(probe.expect({200}, form("GET", "statementId=" + id)));
  RETURN_IF_ERROR(probe.expect({400}, form("PUT", "statementId=" + id)));
  auto with_more = form("GET", "statementId=" + id);
  with_more.query.emplace_back("limit", "1");
  RETURN_IF_ERROR(probe.expect({400}, with_more));
  return {};
}

Result<void> no_alternate_syntax(Probe& probe) {
  RETURN_IF_ERROR(probe.expect({400}, form("GET", "limit=1")));
  return {};
}

Result<void> content_types(Probe& probe) {
  for (const auto* type : {"multipart/form-data; boundary=x", "text/plain", "multipart/mixed"})
    RETURN_IF_ERROR(probe.expect(
        {400}, {.method = "POST", .path = path, .body = "x", .headers = {{"Content-Type", type}}}));
  return {};
}

constexpr std::array checks = {
    Check{"SRV-01", "Communication 3.3", "The version header is wanted and checked", Applies::both,
          version_is_checked},
    Check{"SRV-02", "Communication 3.3", "Every answer carries the version", Applies::both,
          version_is_answered},
    Check{"SRV-03", "Communication 3.3", "A version without patch number is accepted",
          Applies::both, short_version},
    Check{"SRV-04", "Communication 4.0", "Credentials are wanted and checked", Applies::both,
          credentials},
    Check{"SRV-05", "Communication 2.1.3", "Every statements answer has Consistent-Through",
          Applies::both, consistent_through},
    Check{"SRV-06", "Communication 1.1", "HEAD answers as GET without a body", Applies::both,
          head_as_get},
    Check{"SRV-07", "Communication 1.3", "The alternate request syntax works", Applies::only_1_0_3,
          alternate_syntax},
    Check{"SRV-08", "9274.1.1 4.1", "The alternate request syntax is gone", Applies::only_2_0_0,
          no_alternate_syntax},
    Check{"SRV-09", "Communication 1.5", "Other content types are refused", Applies::both,
          content_types},
};

}  // namespace

std::span<const Check> service_checks() { return checks; }

}  // namespace lectern::cli::conformance
