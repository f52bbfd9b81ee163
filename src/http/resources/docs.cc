#include <string>

#include "http/embedded.h"
#include "http/page.h"
#include "http/resources.h"

namespace lectern::http {
namespace {

/// Only what this server itself sends runs here, and it talks to this server alone.
constexpr const char* policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data: "
    "blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

}  // namespace

/// A page that its script fills from openapi.json.
Result<Response> get_docs(Exchange& exchange) {
  auto response = page_response(exchange, "text/html; charset=utf-8",
                                with_value(embedded("pages/docs.html"), "root",
                                           html_escaped(exchange.app.options.root_path)));
  response.headers.add("Content-Security-Policy", policy);
  return response;
}

/// A module or the style sheet of that page.
Result<Response> get_docs_file(Exchange& exchange) {
  const std::string_view name = std::string_view(exchange.route).substr(exchange.route.rfind('/'));
  const auto type =
      name.ends_with(".css") ? "text/css; charset=utf-8" : "text/javascript; charset=utf-8";
  return page_response(exchange, type, std::string(embedded("pages" + std::string(name))));
}

}  // namespace lectern::http
