#include <string>

#include "base/json/writer.h"
#include "http/embedded.h"
#include "http/page.h"
#include "http/request/accept.h"
#include "http/resources.h"

namespace lectern::http {
namespace {

constexpr std::string_view page_name = "pages/door.html";

/// The two inline elements and nothing else; the icon is a data URL.
std::string policy() {
  const auto page = embedded(page_name);
  return "default-src 'none'; style-src " + inline_source(page, "style") + "; script-src " +
         inline_source(page, "script") +
         "; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
}

std::string description(const Application& app) {
  json::Writer json;
  json.object().member("name", "Lectern").member("version", LECTERN_VERSION);
  json.key("xapi").array().value("1.0.3").value("2.0.0").end();
  const std::pair<std::string_view, std::string_view> places[] = {{"endpoint", "/xAPI/"},
                                                                  {"about", "/xAPI/about"},
                                                                  {"documentation", "/docs"},
                                                                  {"openapi", "/openapi.json"},
                                                                  {"health", "/__heartbeat__"}};
  for (const auto& [name, path] : places) json.member(name, public_path(app, path));
  return json.end().take();
}

}  // namespace

Result<Response> get_door(Exchange& exchange) {
  Response response;
  const auto accept = exchange.request.headers.find("Accept").value_or("");
  if (prefers_html(accept)) {
    static const std::string csp = policy();
    const std::string_view console =
        exchange.app.options.console ? "<li><a href=\"{{root}}/console\">Console</a>\n" : "";
    const auto page =
        with_value(with_value(embedded(page_name), "version", LECTERN_VERSION), "console", console);
    response =
        page_response(exchange, "text/html; charset=utf-8",
                      with_value(page, "root", html_escaped(exchange.app.options.root_path)));
    response.headers.add("Content-Security-Policy", csp);
  } else {
    response = page_response(exchange, "application/json", description(exchange.app));
  }
  response.headers.add("Vary", "Accept");
  return response;
}

}  // namespace lectern::http
