#include <string>

#include "base/json/writer.h"
#include "http/embedded.h"
#include "http/page.h"
#include "http/resources.h"

namespace lectern::http {
namespace {

/// Only what this server itself sends runs there, and it talks to this server alone.
constexpr const char* docs_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// `https://id.example:8443` of a URL below it. Settings hold no other URLs than http and https.
std::string_view origin_of(std::string_view url) {
  const auto host = url.find("://") + 3;
  return url.substr(0, url.find_first_of("/?#", host));
}

/// Only what this server itself sends runs here, and it talks to this server alone, and to the
/// provider through which people sign in.
std::string console_policy(const SignIn& ways) {
  std::string connect = "'self'";
  if (ways.through_provider()) connect.append(" ").append(origin_of(ways.issuer));
  return "default-src 'none'; script-src 'self'; style-src 'self'; connect-src " + connect +
         "; img-src data: blob:; media-src blob:; base-uri 'none'; form-action 'none'; "
         "frame-ancestors 'none'";
}

/// How people sign in, for the page's script. None of it is secret.
std::string text_of(const SignIn& ways) {
  json::Writer json;
  json.object().member("basic", ways.basic);
  if (ways.through_provider()) {
    json.key("provider").object();
    json.member("issuer", ways.issuer).member("client_id", ways.client_id);
    json.member("scope", ways.scope).member("audience", ways.audience);
    json.end();
  }
  return json.end().take();
}

}  // namespace

/// A page that its script fills from openapi.json.
Result<Response> get_docs(Exchange& exchange) {
  const auto root = html_escaped(exchange.app.options.root_path);
  auto response = page_response(exchange, "text/html; charset=utf-8",
                                with_value(embedded("pages/docs.html"), "root", root));
  response.headers.add("Content-Security-Policy", docs_policy);
  return response;
}

/// A module or the style sheet of that page.
Result<Response> get_docs_file(Exchange& exchange) {
  return file_of_page(exchange, "pages", exchange.route);
}

/// The page says nothing of what is stored: its modules ask for that with the credentials of who
/// signs in.
Result<Response> get_console(Exchange& exchange) {
  const auto& options = exchange.app.options;
  if (!options.console) return fail(Code::not_found, "Not Found");
  const auto page = with_value(embedded("console/console.html"), "sign-in",
                               html_escaped(text_of(options.sign_in)));
  auto response = page_response(exchange, "text/html; charset=utf-8",
                                with_value(page, "root", html_escaped(options.root_path)));
  response.headers.add("Content-Security-Policy", console_policy(options.sign_in));
  return response;
}

/// A module or the style sheet of the console.
Result<Response> get_console_file(Exchange& exchange) {
  if (!exchange.app.options.console) return fail(Code::not_found, "Not Found");
  return file_of_page(exchange, "console", exchange.path);
}

}  // namespace lectern::http
