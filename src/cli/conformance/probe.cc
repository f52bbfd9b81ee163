#include "cli/conformance/probe.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/digest.h"
#include "base/json/json.h"
#include "base/text.h"
#include "base/time/time.h"
#include "base/uuid.h"
#include "xapi/query.h"

namespace lectern::cli::conformance {
namespace {

constexpr int readable_seconds_max = 20;
constexpr int pages_max = 1000;

/// `https://host:port` of a URL.
std::string origin_of(const std::string& url) {
  const std::size_t host = url.find("://");
  const std::size_t end = url.find('/', host == std::string::npos ? 0 : host + 3);
  return url.substr(0, end);
}

std::string query_text(const Query& query) {
  std::string text;
  for (const auto& [name, value] : query)
    text += (text.empty() ? "?" : "&") + name + "=" + percent_encoded(value);
  return text;
}

bool looks_like_json(const std::string& body) {
  return !body.empty() && (body.front() == '{' || body.front() == '[');
}

bool has_header(const net::HttpHeaders& headers, std::string_view name) {
  return std::any_of(headers.begin(), headers.end(),
                     [&](const auto& one) { return one.first == name; });
}

/// The statementId of a PUT, in its query or its form.
std::string id_of(const Call& call) {
  for (const auto& [name, value] : call.query)
    if (name == "statementId") return value;
  constexpr std::string_view name = "statementId=";
  const std::size_t at = call.body.find(name);
  return at == std::string::npos ? fresh_id() : call.body.substr(at + name.size(), 36);
}

}  // namespace

tl::unexpected<Error> unmet(std::string what) { return fail(Code::invalid, std::move(what)); }

Result<net::HttpResponse> Probe::send(const Call& call) {
  const bool absolute = call.path.starts_with("http://") || call.path.starts_with("https://");
  const bool from_root = call.path.find('?') != std::string::npos && call.path.starts_with("/");
  net::HttpRequest request;
  request.method = call.method;
  request.url = (absolute    ? call.path
                 : from_root ? origin_of(subject_.url) + call.path
                             : subject_.url + call.path) +
                query_text(call.query);
  request.headers = call.headers;
  if (call.version != "-")
    request.headers.emplace_back(
        "X-Experience-API-Version",
        call.version.empty() ? std::string(xapi::text_of(version_)) : call.version);
  if (call.authenticated)
    request.headers.emplace_back("Authorization",
                                 "Basic " + to_base64(subject_.username + ":" + subject_.password));
  if (looks_like_json(call.body) && !has_header(call.headers, "Content-Type"))
    request.headers.emplace_back("Content-Type", "application/json");
  request.body = call.body;
  auto answer = client_.send(request);
  if (answer) remember(call, *answer);
  return answer;
}

/// Takes down what a call has stored, by what the answer says.
void Probe::remember(const Call& call, const net::HttpResponse& answer) {
  if ((call.method != "POST" && call.method != "PUT") || answer.status / 100 != 2) return;
  if (call.path == "/statements") {
    const auto ids = json::parse_view(answer.body);
    if (answer.status == 204)
      traces_.statements.insert(id_of(call));
    else if (ids && (*ids)->root().is(json::Type::array))
      for (const auto id : (*ids)->root().children())
        if (id.is(json::Type::string)) traces_.statements.emplace(id.string());
  } else if (call.path.ends_with("/profile") || call.path.ends_with("/state")) {
    traces_.documents.push_back({.method = "DELETE",
                                 .path = call.path,
                                 .query = call.query,
                                 .version = std::string(xapi::text_of(version_))});
  }
}

Result<net::HttpResponse> Probe::expect(std::initializer_list<int> statuses, const Call& call) {
  TRY(auto answer, send(call));
  if (std::find(statuses.begin(), statuses.end(), answer.status) != statuses.end()) return answer;
  return unmet(fmt::format("{} {}{} answered {}, not {}: {}", call.method, call.path,
                           query_text(call.query), answer.status, fmt::join(statuses, " or "),
                           answer.body.substr(0, 200)));
}

Result<void> Probe::wait_until_readable(std::string_view instant) {
  const auto wanted = parse_time(instant);
  if (!wanted) return unmet(fmt::format("`stored` is no instant: {}", instant));
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(readable_seconds_max);
  while (std::chrono::steady_clock::now() < end) {
    TRY(const auto answer, expect({200}, {.path = "/statements", .query = {{"limit", "1"}}}));
    const auto header = answer.header("X-Experience-API-Consistent-Through");
    const auto through = header ? parse_time(*header) : std::nullopt;
    if (!through) return unmet("the answer lacks a usable X-Experience-API-Consistent-Through");
    if (*through >= *wanted) return {};
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return unmet(fmt::format("X-Experience-API-Consistent-Through did not reach {} within {} s",
                           instant, readable_seconds_max));
}

Result<void> Probe::store(std::initializer_list<std::string> statements) {
  TRY(const auto answer, expect({200}, {.method = "POST",
                                        .path = "/statements",
                                        .body = fmt::format("[{}]", fmt::join(statements, ","))}));
  TRY(const auto ids, json::parse(answer.body));
  if (!ids->root().is(json::Type::array) || ids->root().size() != statements.size())
    return unmet("POST did not answer one id for each statement");
  std::string last;
  for (const auto id : ids->root().children()) last = id.string();
  TRY(const auto single, send({.path = "/statements", .query = {{"statementId", last}}}));
  if (single.status != 200) return wait_until_readable(utc_text(now()));
  TRY(const auto document, json::parse(single.body));
  const auto stored = document->root().find("stored");
  if (!stored || !stored->is(json::Type::string)) return unmet("a statement lacks `stored`");
  return wait_until_readable(stored->string());
}

Result<std::vector<std::string>> Probe::list(const Query& query) {
  std::vector<std::string> ids;
  Call call{.path = "/statements", .query = query};
  for (int page = 0; page < pages_max; ++page) {
    TRY(const auto answer, expect({200}, call));
    TRY(const auto document, json::parse(answer.body));
    const auto statements = document->root().find("statements");
    if (!statements || !statements->is(json::Type::array))
      return unmet("a StatementResult lacks `statements`");
    for (const auto one : statements->children()) {
      const auto id = one.find("id");
      if (!id || !id->is(json::Type::string)) return unmet("a listed statement lacks `id`");
      ids.emplace_back(id->string());
    }
    const auto more = document->root().find("more");
    if (!more || !more->is(json::Type::string) || more->string().empty()) return ids;
    call = {.path = std::string(more->string())};
  }
  return unmet("the more links do not end");
}

Result<void> Probe::expect_list(const Query& query, std::vector<std::string> ids) {
  TRY(auto listed, list(query));
  std::sort(listed.begin(), listed.end());
  std::sort(ids.begin(), ids.end());
  if (listed == ids) return {};
  return unmet(fmt::format("GET /statements{} listed {} statements, not the {} expected",
                           query_text(query), listed.size(), ids.size()));
}

std::string fresh_id() { return Uuid::random().text(); }

std::string fresh_iri() { return "https://conformance.example/" + fresh_id(); }

std::string fresh_agent() {
  return fmt::format(R"({{"objectType":"Agent","mbox":"mailto:{}@conformance.example"}})",
                     fresh_id());
}

std::string statement(const std::string& id, const std::string& agent, const std::string& activity,
                      const std::string& more) {
  return fmt::format(R"({{"id":"{}","actor":{},"verb":{{"id":"http://adlnet.gov/expapi/verbs/)"
                     R"(experienced"}},"object":{{"id":"{}"}}{}{}}})",
                     id, agent, activity, more.empty() ? "" : ",", more);
}

std::string referring(const std::string& id, const std::string& agent, const std::string& target,
                      bool voiding) {
  return fmt::format(
      R"({{"id":"{}","actor":{},"verb":{{"id":"http://adlnet.gov/expapi/verbs/{}"}},)"
      R"("object":{{"objectType":"StatementRef","id":"{}"}}}})",
      id, agent, voiding ? "voided" : "commented", target);
}

}  // namespace lectern::cli::conformance
