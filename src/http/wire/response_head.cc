#include "http/wire/response_head.h"

#include <iterator>
#include <string_view>

#include <fmt/format.h>

#include "base/text.h"
#include "base/time/time.h"

namespace lectern::http {
namespace {

std::string_view reason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 204:
      return "No AttachmentContent";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 412:
      return "Precondition Failed";
    case 413:
      return "AttachmentContent Too Large";
    case 415:
      return "Unsupported Media Type";
    case 422:
      return "Unprocessable AttachmentContent";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    default:
      return "Status";
  }
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
