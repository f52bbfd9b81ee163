#include "cli/conformance/preflight.h"

#include <fmt/format.h>

#include "base/json/json.h"

namespace lectern::cli::conformance {
namespace {

/// Whether it is what /about of an LRS answers (Communication 2.8).
bool is_about(const net::HttpResponse& answer) {
  if (answer.status != 200) return false;
  const auto document = json::parse_view(answer.body);
  if (!document || !(*document)->root().is(json::Type::object)) return false;
  const auto versions = (*document)->root().find("version");
  return versions && versions->is(json::Type::array);
}

/// An endpoint below or above the one given that speaks xAPI; "" when there is none.
std::string better_url(net::HttpClient& client, const Subject& subject) {
  const std::size_t slash = subject.url.rfind('/');
  for (const auto& url :
       {subject.url + "/xAPI", subject.url + "/xapi", subject.url.substr(0, slash)}) {
    Traces none;
    const Subject other{url, subject.username, subject.password};
    Probe probe(client, other, xapi::Version::v1_0_3, none);
    const auto answer = probe.send({.path = "/about"});
    if (answer && is_about(*answer)) return url;
  }
  return "";
}

/// Why these credentials will not do; "" where the answer does not say so.
std::string refused(const Subject& subject, const net::HttpResponse& answer,
                    std::string_view what) {
  if (answer.status == 401 && subject.username.empty())
    return "credentials are wanted: give a user with -u";
  if (answer.status == 401)
    return fmt::format("the credentials of '{}' are refused (401): check the name and the password",
                       subject.username);
  if (answer.status == 403)
    return fmt::format("'{}' may not {} (403): the checks need a user who may do everything",
                       subject.username, what);
  return "";
}

}  // namespace

Preflight look_first(net::HttpClient& client, const Subject& subject) {
  const std::string shown = net::without_credentials(subject.url);
  Traces none;
  Probe probe(client, subject, xapi::Version::v1_0_3, none);
  const auto about = probe.send({.path = "/about"});
  if (!about) return {fmt::format("nothing answers at {}: {}", shown, about.error().detail)};
  if (!is_about(*about)) {
    if (const auto why = refused(subject, *about, "read /about"); !why.empty()) return {why};
    const auto better = better_url(client, subject);
    return {fmt::format(
        "no xAPI is spoken at {}: GET {}/about answered {}{}", shown, shown, about->status,
        better.empty() ? "; give the URL that /statements is appended to"
                       : "; did you mean " + net::without_credentials(better) + "?")};
  }
  const bool is_lectern = about->body.find("https://lectern.dev/xapi/about") != std::string::npos;
  for (const auto& [call, what] : std::initializer_list<std::pair<Call, std::string_view>>{
           {{.path = "/statements", .query = {{"limit", "1"}}}, "read statements"},
           {{.method = "POST", .path = "/statements", .body = "[]"}, "write statements"}}) {
    const auto answer = probe.send(call);
    if (!answer) return {fmt::format("{} broke off: {}", shown, answer.error().detail)};
    if (auto why = refused(subject, *answer, what); !why.empty()) return {std::move(why)};
  }
  return {"", is_lectern};
}

}  // namespace lectern::cli::conformance
