#include "http/cors.h"

#include <algorithm>

#include <fmt/format.h>

namespace lectern::http {
namespace {

constexpr const char* methods = "GET, HEAD, POST, PUT, DELETE, OPTIONS";
constexpr const char* request_headers =
    "Authorization, Content-Type, Content-Encoding, Accept, Accept-Language, If-Match, "
    "If-None-Match, X-Experience-API-Version, X-Request-ID, traceparent, tracestate";
constexpr const char* response_headers =
    "ETag, Last-Modified, Content-Length, Content-Type, Retry-After, WWW-Authenticate, "
    "X-Experience-API-Version, X-Experience-API-Consistent-Through, X-Request-ID";
constexpr const char* preflight_seconds = "7200";  // what browsers keep at most

bool asks_whether_it_may(const Request& request) {
  return request.method == "OPTIONS" && request.headers.find("Origin") &&
         request.headers.find("Access-Control-Request-Method");
}

/// What the log says of a page that may not call.
std::string refusal_of(const Request& request) {
  return fmt::format("pages of {} may not call this server (LECTERN_RUNSERVER_CORS_ALLOW_ORIGINS)",
                     request.headers.find("Origin").value_or("no origin"));
}

}  // namespace

/// The value of Access-Control-Allow-Origin, or "".
std::string Cors::allowed_origin(const Request& request) const {
  const auto origin = request.headers.find("Origin");
  if (!origin) return {};
  if (std::find(origins_.begin(), origins_.end(), "*") != origins_.end()) return "*";
  const bool listed = std::find(origins_.begin(), origins_.end(), *origin) != origins_.end();
  return listed ? std::string(*origin) : std::string();
}

bool Cors::is_preflight(const Request& request) const {
  return !origins_.empty() && asks_whether_it_may(request);
}

Response Cors::preflight(const Request& request) const {
  Response response;
  response.status = 204;
  permit(request, response);
  if (!response.headers.find("Access-Control-Allow-Origin")) {
    response.refusal.reason = refusal_of(request);
    return response;
  }
  response.headers.remove("Access-Control-Expose-Headers");
  response.headers.set("Access-Control-Allow-Methods", methods);
  response.headers.set("Access-Control-Allow-Headers", request_headers);
  response.headers.set("Access-Control-Max-Age", preflight_seconds);
  return response;
}

void Cors::permit(const Request& request, Response& response) const {
  if (origins_.empty()) {
    if (asks_whether_it_may(request)) response.refusal.reason = refusal_of(request);
    return;
  }
  const auto origin = allowed_origin(request);
  // Said even when refused: a cache must not hand one origin's answer to another.
  if (origin != "*") response.headers.add("Vary", "Origin");
  if (origin.empty()) return;
  response.headers.set("Access-Control-Allow-Origin", origin);
  response.headers.set("Access-Control-Expose-Headers", response_headers);
}

}  // namespace lectern::http
