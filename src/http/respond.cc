#include "http/respond.h"

#include "base/json/writer.h"
#include "base/log.h"

namespace lectern::http {

int status_of(Code code) {
  switch (code) {
    case Code::invalid:
      return 400;
    case Code::unauthenticated:
      return 401;
    case Code::forbidden:
      return 403;
    case Code::not_found:
      return 404;
    case Code::method_not_allowed:
      return 405;
    case Code::conflict:
      return 409;
    case Code::precondition:
      return 412;
    case Code::too_large:
      return 413;
    case Code::unavailable:
      return 503;
    case Code::internal:
      return 500;
  }
  return 500;
}

Response respond(const Error& error) {
  if (error.code == Code::internal)
    log::error("{}: {}", error.message, error.detail);
  else if (!error.detail.empty())
    log::warning("{}: {}", error.message, error.detail);
  json::Writer json;
  json.object().member("detail", error.message);
  if (!error.path.empty()) json.member("path", error.path);
  if (!error.rule.empty()) json.member("rule", error.rule);
  Response response = json_response(json.end().take(), status_of(error.code));
  if (error.code == Code::unavailable) response.headers.add("Retry-After", "1");
  response.refusal = {error.message, error.path, error.rule};
  return response;
}

Response json_response(std::string text, int status) {
  Response response;
  response.status = status;
  response.headers.add("Content-Type", "application/json");
  response.body = std::move(text);
  return response;
}

Response no_content() {
  Response response;
  response.status = 204;
  return response;
}

}  // namespace lectern::http
