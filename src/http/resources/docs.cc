#include <string>

#include "http/embedded.h"
#include "http/page.h"
#include "http/resources.h"

namespace lectern::http {
namespace {

/// Only what this server itself sends runs here, and it talks to this server alone.
constexpr const char* policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data: "
    "blob:; media-src blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A page that its script fills.
Response page(const Exchange& exchange, std::string_view name) {
  auto response = page_response(
      exchange, "text/html; charset=utf-8",
      with_value(embedded(name), "root", html_escaped(exchange.app.options.root_path)));
  response.headers.add("Content-Security-Policy", policy);
  return response;
}

/// A module or a style sheet of one.
Result<Response> file_of_page(const Exchange& exchange, const std::string& name) {
  const EmbeddedFile* const file = find_embedded(name);
  if (file == nullptr || name.ends_with(".html")) return fail(Code::not_found, "Not Found");
  const auto type =
      name.ends_with(".css") ? "text/css; charset=utf-8" : "text/javascript; charset=utf-8";
  return page_response(exchange, type, std::string(file->text));
}

std::string name_in(std::string_view path) { return std::string(path.substr(path.rfind('/'))); }

}  // namespace

/// A page that its script fills from openapi.json.
Result<Response> get_docs(Exchange& exchange) { return page(exchange, "pages/docs.html"); }

/// A module or the style sheet of that page.
Result<Response> get_docs_file(Exchange& exchange) {
  return file_of_page(exchange, "pages" + name_in(exchange.route));
}

/// The console: it says nothing of what is stored, its modules ask for that with the credentials of
/// who signs in.
Result<Response> get_console(Exchange& exchange) {
  if (!exchange.app.options.console) return fail(Code::not_found, "Not Found");
  return page(exchange, "console/console.html");
}

/// A module or the style sheet of the console.
Result<Response> get_console_file(Exchange& exchange) {
  if (!exchange.app.options.console) return fail(Code::not_found, "Not Found");
  return file_of_page(exchange, "console" + name_in(exchange.path));
}

}  // namespace lectern::http
