#include "http/service.h"

#include <string>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/log_fields.h"
#include "http/consistent_through.h"
#include "http/observe/access_log.h"
#include "http/request/alternate.h"
#include "http/resources/metrics.h"
#include "http/respond.h"
#include "http/routes.h"
#include "lrs/access.h"
#include "xapi/version.h"

namespace lectern::http {
namespace {

constexpr std::string_view version_header = "X-Experience-API-Version";

/// The path that routes know: without the proxy's prefix, a final slash, and slashes that follow
/// another: endpoints are handed out with a final slash, and clients add one.
std::string path_of(const Application& app, std::string_view sent) {
  std::string path;
  path.reserve(sent.size());
  for (const char c : sent)
    if (c != '/' || !path.ends_with('/')) path += c;
  const std::string_view prefix = app.options.root_path;
  if (!prefix.empty() && path.starts_with(prefix)) path.erase(0, prefix.size());
  if (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path.empty() ? "/" : path;
}

/// Decides by the header which version serves the request (Communication 3.3), or that it is
/// Ralph's dialect.
Result<void> choose_version(Exchange& exchange, const Route& route) {
  const auto header = exchange.request.headers.find(version_header);
  if (!header) {
    exchange.ralph = !exchange.app.options.require_version_header;
    if (exchange.ralph || route.open || !route.path.starts_with("/xAPI/")) {
      if (route.open) exchange.version = exchange.app.options.default_version;
      return {};
    }
    exchange.version = exchange.app.options.default_version;
    return fail(Error{Code::invalid,
                      "The request lacks the header X-Experience-API-Version: send 1.0.3 or 2.0.0",
                      {},
                      "Communication 3.3",
                      {}});
  }
  if (const auto version = xapi::parse_version(*header)) {
    exchange.version = *version;
    return {};
  }
  exchange.version = exchange.app.options.default_version;
  if (route.open) return {};
  return fail(Error{Code::invalid,
                    fmt::format("X-Experience-API-Version {} is not served here: send 1.0.3 or "
                                "2.0.0",
                                *header),
                    {},
                    "Communication 3.3",
                    {}});
}

bool names_2_0(const Request& request) {
  const auto header = request.headers.find(version_header);
  return header && xapi::parse_version(*header) == xapi::Version::v2_0_0;
}

Result<void> unfold_if_alternate(Exchange& exchange) {
  TRY(exchange.parameters, xapi::parse_parameters(exchange.request.query));
  if (!is_alternate(exchange.request, exchange.parameters)) return {};
  RETURN_IF_ERROR(exchange.request.charge(exchange.request.body.view().size()));
  // The version may stand in the form, so the form is read first, on a copy: in 2.0 the syntax does
  // not exist, and the request is judged as it came.
  Request unfolded = exchange.request;
  auto parameters = exchange.parameters;
  const auto done = unfold_alternate(unfolded, parameters);
  if (names_2_0(done ? unfolded : exchange.request)) return {};
  RETURN_IF_ERROR(done);
  exchange.request = std::move(unfolded);
  exchange.parameters = std::move(parameters);
  return {};
}

bool is_open(const Application& app, const Route& route) {
  return route.open && !(app.options.metrics_credentials && route.path == "/metrics");
}

/// Finds out who asks. False when that takes a check that may block and must not.
Result<bool> authenticate(Exchange& exchange, bool may_block) {
  auto& request = exchange.request;
  auto& authenticator = exchange.app.authenticator;
  if (!request.principal) {
    const auth::Attempt attempt{request.headers.find("Authorization").value_or(""), request.remote};
    auto outcome = authenticator.remembered(attempt);
    if (!outcome && !may_block) return false;
    if (!outcome) outcome = authenticator.authenticate(attempt);
    if (!*outcome && outcome->error().code == Code::unavailable)
      exchange.login_delay = authenticator.delay(attempt);
    TRY(request.principal, std::move(*outcome));
  }
  exchange.principal = request.principal;
  if (request.memory != nullptr) request.memory->hold_for(exchange.principal->username);
  return true;
}

Result<void> permit(const Exchange& exchange, const Route& route) {
  if (route.open) return lrs::allow(exchange.lrs(), *exchange.principal, auth::Scope::all_read);
  return route.scope ? lrs::allow(exchange.lrs(), *exchange.principal, *route.scope)
                     : Result<void>{};
}

Result<const Route*> choose_route(Exchange& exchange) {
  TRY(const Route* const route, find_route(exchange.request.method, exchange.path));
  exchange.route = route->path;
  RETURN_IF_ERROR(choose_version(exchange, *route));
  return route;
}

Result<Response> answer(Exchange& exchange) {
  RETURN_IF_ERROR(unfold_if_alternate(exchange));
  TRY(const Route* const route, choose_route(exchange));
  if (!is_open(exchange.app, *route)) {
    RETURN_IF_ERROR(authenticate(exchange, true));
    RETURN_IF_ERROR(permit(exchange, *route));
  }
  return route->resource(exchange);
}

/// Everything that can be said before the body is taken. Errors: as answer() has them.
Result<Admission> look_at_head(Exchange& exchange, bool may_block) {
  TRY(exchange.parameters, xapi::parse_parameters(exchange.request.query));
  if (is_alternate(exchange.request, exchange.parameters)) {
    // Its credentials, version and method may stand in the form.
    if (!exchange.request.headers.find("Authorization"))
      return Admission{.body_bytes_max = limits::stranger_body_bytes_max};
    TRY(const bool decided, authenticate(exchange, may_block));
    return Admission{.undecided = !decided};
  }
  TRY(const Route* const route, choose_route(exchange));
  if (is_open(exchange.app, *route))
    return Admission{.body_bytes_max = limits::refused_body_bytes_max};
  TRY(const bool decided, authenticate(exchange, may_block));
  if (!decided) return Admission{.undecided = true};
  RETURN_IF_ERROR(permit(exchange, *route));
  return Admission{};
}

Response refuse(const Exchange& exchange, Error error) {
  std::string allow;
  if (error.code == Code::method_not_allowed) allow = std::exchange(error.detail, {});
  Response response = respond(error);
  if (!allow.empty()) response.headers.add("Allow", std::move(allow));
  if (error.code == Code::unauthenticated) {
    response.headers.add("WWW-Authenticate", exchange.app.authenticator.challenge());
    // The answer is Ralph's; who reads the log should not look for a wrong password.
    if (!exchange.request.headers.find("Authorization"))
      response.refusal.reason = "No credentials were sent";
  }
  if (exchange.login_delay.count() > 0) {
    response.status = 429;
    response.headers.set("Retry-After", std::to_string(exchange.login_delay.count()));
  }
  return response;
}

/// What lies in a cache may be used only after asking here again, 404 too: others write while a
/// browser keeps what it has read. What the answer depends on, beside the address.
void add_caching(const Exchange& exchange, Response& response) {
  const std::string& method = exchange.request.method;
  if (method != "GET" && method != "HEAD") return;
  if (!response.headers.find("Cache-Control")) response.headers.add("Cache-Control", "no-cache");
  response.headers.add("Vary",
                       "Authorization, X-Experience-API-Version, Accept-Language, Accept-Encoding");
}

void complete(const Exchange& exchange, Response& response, bool may_block) {
  response.headers.set(version_header, std::string(xapi::text_of(exchange.version)));
  add_caching(exchange, response);
  if (exchange.path == "/xAPI/statements") add_consistent_through(exchange, response, may_block);
}

Exchange exchange_of(Application& app, Request& request) {
  Exchange exchange{
      app, request, path_of(app, request.path), app.options.default_version, false, {}, nullptr,
      {},  {}};
  if (!app.options.require_version_header) exchange.version = xapi::Version::v1_0_3;
  return exchange;
}

using Clock = std::chrono::steady_clock;

/// Asked so often, and by so many, that it must wait for nobody.
bool is_live_probe(std::string_view path) {
  return path.ends_with("/__lbheartbeat__") || path.ends_with("/__lbheartbeat__/");
}

/// The request's line in the log, and its span.
void tell(Access access, const Application& app) {
  const bool logged = app.options.access_log && log::enabled(log::Level::info);
  const auto sampler =
      is_live_probe(access.request.path) ? std::optional<Sampler>{} : app.tracing.active_sampler();
  if (!logged && !sampler) return;
  access.trace = trace_of(access.request.headers.find("traceparent"), sampler);
  if (access.trace.recorded)
    app.tracing.take(request_span(access, std::chrono::system_clock::now()));
  if (!logged) return;
  if (log::format() == log::Format::json)
    log::write_fields(log::Level::info, access_fields(access));
  else
    log::write(log::Level::info, access_line(access));
}

/// What every answer gets last: CORS, the request's id, its place in metrics and log.
void conclude(const Exchange& exchange, const std::string& method, Clock::time_point begin,
              Response& response) {
  Application& app = exchange.app;
  const Request& request = exchange.request;
  app.cors.permit(request, response);
  response.headers.add("X-Request-ID", request.id);
  const auto time = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begin);
  count_request(app.metrics, exchange.route.empty() ? "other" : exchange.route, method,
                response.status, time);
  tell({request, response, method, exchange.route,
        exchange.principal ? std::string_view(exchange.principal->username) : "", time},
       app);
}

/// By the path alone; whether it is served is decided later.
Lane lane_of(std::string_view path) {
  const bool store = (path.find("/xAPI/") != path.npos && !path.ends_with("/xAPI/") &&
                      path.find("/xAPI/about") == path.npos) ||
                     path.find("/__heartbeat__") != path.npos;
  return store ? Lane::store : Lane::own;
}

}  // namespace

Admission admit(Application& app, Request& head, bool has_body, bool may_block) {
  const bool probe = is_live_probe(head.path);
  const Lane lane = lane_of(head.path);
  if (!has_body && !probe) return {.lane = lane};
  if (probe || app.cors.is_preflight(head)) return {.answer = serve(app, head)};
  const auto begin = Clock::now();
  auto exchange = exchange_of(app, head);
  auto admission = look_at_head(exchange, may_block);
  if (admission) {
    admission->lane = lane;
    return std::move(*admission);
  }
  Response response = refuse(exchange, std::move(admission).error());
  complete(exchange, response, false);
  conclude(exchange, head.method, begin, response);
  return {.answer = std::move(response)};
}

void complete_own_answer(Application& app, const Request& request, Response& response) {
  Request copy = request;
  auto exchange = exchange_of(app, copy);
  exchange.principal = copy.principal;
  // The route only names the series; its errors are not the answer.
  if (const auto route = find_route(copy.method, exchange.path)) {
    exchange.route = (*route)->path;
    std::ignore = choose_version(exchange, **route);
  }
  complete(exchange, response, false);
  conclude(exchange, copy.method, Clock::now(), response);
}

Response serve(Application& app, Request& request) {
  const auto begin = Clock::now();
  auto exchange = exchange_of(app, request);
  const std::string method = request.method;  // the alternate syntax changes it
  Response response;
  if (app.cors.is_preflight(request)) {
    response = app.cors.preflight(request);
  } else {
    auto answered = answer(exchange);
    response = answered ? std::move(*answered) : refuse(exchange, std::move(answered).error());
    complete(exchange, response, true);
  }
  // Who sent a POST reads a body's length as that of a body.
  if (request.method == "HEAD" && method != "HEAD") {
    response.body.clear();
    response.stream = nullptr;
  }
  conclude(exchange, method, begin, response);
  return response;
}

}  // namespace lectern::http
