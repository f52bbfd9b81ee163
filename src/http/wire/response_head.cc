#include "http/wire/response_head.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "base/time/time.h"

namespace lectern::http {
namespace {

/// The phrases of RFC 9110, 15, and RFC 6585 for what this server answers.
constexpr auto reasons = std::to_array<std::pair<int, std::string_view>>({
    {200, "OK"},
    {201, "Created"},
    {204, "No Content"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {503, "Service Unavailable"},
});

std::string_view reason(int status) {
  const auto* const at = std::find_if(reasons.begin(), reasons.end(),
                                      [&](const auto& one) { return one.first == status; });
  return at == reasons.end() ? "Status" : at->second;
}

void append_clean(std::string& out, std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out.push_back((byte < 0x20 && c != '\t') || byte == 0x7F ? ' ' : c);
  }
}

bool is_framing(std::string_view name) {
  return equal_without_case(name, "Content-Length") || equal_without_case(name, "Connection") ||
         equal_without_case(name, "Transfer-Encoding") || equal_without_case(name, "Date");
}

}  // namespace

std::string response_head(const Response& response, const Framing& framing) {
  std::string out;
  out.reserve(512);
  fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} {}\r\nDate: {}\r\n", response.status,
                 reason(response.status), http_date(now()));
  for (const auto& [name, value] : response.headers.fields()) {
    if (is_framing(name)) continue;
    append_clean(out, name);
    out += ": ";
    append_clean(out, value);
    out += "\r\n";
  }
  if (response.status >= 200 && response.status != 204 && response.status != 304) {
    if (framing.body_bytes)
      fmt::format_to(std::back_inserter(out), "Content-Length: {}\r\n", *framing.body_bytes);
    else if (!framing.http_1_0)
      out += "Transfer-Encoding: chunked\r\n";
  }
  if (!framing.keep_alive)
    out += "Connection: close\r\n";
  else if (framing.http_1_0)
    out += "Connection: keep-alive\r\n";
  out += "\r\n";
  return out;
}

}  // namespace lectern::http
