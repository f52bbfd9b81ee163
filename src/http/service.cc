#include "http/service.h"

#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/log.h"
#include "http/access_log.h"
#include "http/alternate.h"
#include "http/metrics.h"
#include "http/respond.h"
#include "http/routes.h"
#include "lrs/access.h"
#include "xapi/version.h"

namespace lectern::http {
namespace {

constexpr std::string_view version_header = "X-Experience-API-Version";

/// The path that routes know: without the proxy's prefix and a final slash.
std::string path_of(const Application& app, std::string_view path) {
  const std::string_view prefix = app.options.root_path;
  if (!prefix.empty() && path.starts_with(prefix)) path.remove_prefix(prefix.size());
  if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  return std::string(path);
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

Result<void> unfold_if_alternate(Exchange& exchange) {
  TRY(exchange.parameters, xapi::parse_parameters(exchange.request.query));
  if (!is_alternate(exchange.request, exchange.parameters)) return {};
  // The version may stand in the form, so the form is read first, on a copy: in 2.0 the syntax does
  // not exist, and the request is judged as it came.
  Request unfolded = exchange.request;
  auto parameters = exchange.parameters;
  const auto done = unfold_alternate(unfolded, parameters);
  const auto header = (done ? unfolded : exchange.request).headers.find(version_header);
  if (header && xapi::parse_version(*header) == xapi::Version::v2_0_0) return {};
  RETURN_IF_ERROR(done);
  exchange.request = std::move(unfolded);
  exchange.parameters = std::move(parameters);
  return {};
}

Result<Response> answer(Exchange& exchange) {
  RETURN_IF_ERROR(unfold_if_alternate(exchange));
  TRY(const Route* const route, find_route(exchange.request.method, exchange.path));
  exchange.route = route->path;
  RETURN_IF_ERROR(choose_version(exchange, *route));
  if (!route->open) {
    const auto header = exchange.request.headers.find("Authorization").value_or("");
    TRY(exchange.principal, exchange.app.authenticator.authenticate(header));
    if (route->scope)
      RETURN_IF_ERROR(lrs::allow(exchange.lrs(), *exchange.principal, *route->scope));
  }
  return route->resource(exchange);
}

Response refuse(const Application& app, Error error) {
  std::string allow;
  if (error.code == Code::method_not_allowed) allow = std::exchange(error.detail, {});
  Response response = respond(error);
  if (!allow.empty()) response.headers.add("Allow", std::move(allow));
  if (error.code == Code::unauthenticated)
    response.headers.add("WWW-Authenticate", app.authenticator.challenge());
  return response;
}

/// Communication 2.1.3: on every answer of the statement resource, of any status.
void add_consistent_through(const Exchange& exchange, Response& response) {
  auto through = exchange.consistent_through;
  if (!through) {
    const auth::Principal nobody;
    const auto& principal = exchange.principal ? *exchange.principal : nobody;
    const auto now =
        exchange.lrs().statements.consistent_through(exchange.lrs().context(principal));
    if (!now) return;
    through = *now;
  }
  response.headers.add("X-Experience-API-Consistent-Through", utc_text(*through));
}

Response respond_to(Exchange& exchange) {
  auto answered = answer(exchange);
  Response response =
      answered ? std::move(*answered) : refuse(exchange.app, std::move(answered).error());
  response.headers.set(version_header, std::string(xapi::text_of(exchange.version)));
  if (exchange.path == "/xAPI/statements") add_consistent_through(exchange, response);
  return response;
}

}  // namespace

Response serve(Application& app, Request& request) {
  const auto begin = std::chrono::steady_clock::now();
  Exchange exchange{
      app, request, path_of(app, request.path), app.options.default_version, false, {}, nullptr,
      {},  {}};
  if (!app.options.require_version_header) exchange.version = xapi::Version::v1_0_3;
  const std::string method = request.method;  // the alternate syntax changes it
  Response response =
      app.cors.is_preflight(request) ? app.cors.preflight(request) : respond_to(exchange);
  app.cors.permit(request, response);

  const auto time = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - begin);
  count_request(app.metrics, exchange.route.empty() ? "other" : exchange.route, method,
                response.status, time);
  if (app.options.access_log && log::enabled(log::Level::info))
    log::write(log::Level::info,
               access_line(request, response,
                           exchange.principal ? exchange.principal->username : "", time));
  return response;
}

}  // namespace lectern::http
