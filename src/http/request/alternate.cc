#include "http/request/alternate.h"

#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>

#include "base/text.h"

namespace lectern::http {
namespace {

constexpr std::string_view rule = "Communication 1.3";

/// Form fields that stand for header fields.
constexpr std::array<std::string_view, 7> header_fields = {
    "authorization", "x-experience-api-version", "content-type", "content-length", "if-match",
    "if-none-match", "accept-language"};

/// Another Authorization than the request's own is yet to be checked.
void set_header(Request& request, const std::string& name, std::string value) {
  if (name == "authorization" && request.headers.find(name) != std::string_view(value))
    request.principal = nullptr;
  request.headers.set(name, std::move(value));
}

tl::unexpected<Error> broken(std::string message) {
  return fail(Error{Code::invalid, std::move(message), {}, std::string(rule), {}});
}

}  // namespace

bool is_alternate(const Request& request, const xapi::Parameters& parameters) {
  return request.method == "POST" && xapi::value_of(parameters, "method").has_value();
}

Result<void> unfold_alternate(Request& request, xapi::Parameters& parameters) {
  if (parameters.size() != 1)
    return broken("Beside `method` no query parameter is allowed: send them in the form");
  const std::string method = parameters.front().second;
  if (method != "GET" && method != "PUT" && method != "POST" && method != "DELETE" &&
      method != "HEAD")
    return broken(fmt::format("`method` must be GET, HEAD, PUT, POST or DELETE, not {}", method));
  TRY(auto fields, xapi::parse_parameters(request.body.view()));
  xapi::Parameters rest;
  std::optional<std::string> content;
  request.headers.remove("Content-Type");  // that of the form
  for (auto& [name, value] : fields) {
    const std::string lower = lower_case(name);
    if (name == "content")
      content = std::move(value);
    else if (std::find(header_fields.begin(), header_fields.end(), lower) != header_fields.end())
      set_header(request, lower, std::move(value));
    else
      rest.emplace_back(std::move(name), std::move(value));
  }
  if ((method == "PUT" || method == "POST") && !content)
    return broken("The form lacks the field `content`, which holds the body");
  request.method = method;
  request.body = Body(content.value_or(""));
  parameters = std::move(rest);
  return {};
}

}  // namespace lectern::http
