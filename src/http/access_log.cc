#include "http/access_log.h"

#include <cstdint>
#include <iterator>

#include <fmt/format.h>

namespace lectern::http {
namespace {

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte >= 0x7F || c == '"' || c == '\\')
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", byte);
    else
      out.push_back(c);
  }
  return out;
}

}  // namespace

std::string access_line(const Request& request, const Response& response, std::string_view user,
                        std::chrono::microseconds time) {
  const std::uint64_t bytes = response.stream ? response.stream_bytes : response.body.size();
  return fmt::format(
      "{} {} \"{} {}\" {} {} {:.3f}ms {}", request.remote.empty() ? "-" : escaped(request.remote),
      user.empty() ? "-" : escaped(user), escaped(request.method), escaped(request.path),
      response.status, bytes, static_cast<double>(time.count()) / 1000, escaped(request.id));
}

}  // namespace lectern::http
