#include "http/observe/access_log.h"

#include <cstdint>
#include <iterator>

#include <fmt/format.h>

#include "base/json/writer.h"

namespace lectern::http {
namespace {

constexpr std::size_t user_agent_bytes_max = 200;
constexpr std::size_t word_bytes_max = 1000;
constexpr std::size_t fields_bytes = 512;  // of most requests

/// A value that is one word of the line.
std::string word(std::string_view text) {
  const std::string out = printable(text, word_bytes_max, " \"\\");
  return out.empty() ? "-" : out;
}

/// A sentence between quotes.
std::string sentence(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    if (c == '"') out += '\\';
    out += c;
  }
  return '"' + out + '"';
}

void add(json::Writer& out, std::string_view name, std::string_view value) {
  if (!value.empty()) out.member(name, printable(value));
}

double milliseconds(const Access& access) {
  return static_cast<double>(access.time.count()) / 1000;
}

}  // namespace

std::uint64_t body_bytes(const Response& response) {
  return response.stream ? response.stream_bytes : response.body.size();
}

std::string printable(std::string_view text, std::size_t bytes_max, std::string_view more) {
  const bool cut = text.size() > bytes_max;
  if (cut) text = text.substr(0, bytes_max);
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7F || more.find(c) != more.npos)
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", byte);
    else
      out.push_back(c);
  }
  return cut ? out + "..." : out;
}

std::string access_line(const Access& access) {
  const Request& request = access.request;
  const Response& response = access.response;
  std::string line =
      fmt::format("{} {} \"{} {}\" {} {} {:.3f}ms {}", word(request.remote), word(access.user),
                  word(access.method), word(request.path), response.status, body_bytes(response),
                  milliseconds(access), word(request.id));
  if (!access.trace.trace_id.empty()) line += " trace=" + access.trace.trace_id;
  const Refusal& refusal = response.refusal;
  if (!refusal.reason.empty()) line += " " + sentence(refusal.reason);
  if (!refusal.pointer.empty()) line += " at " + printable(refusal.pointer);
  if (!refusal.rule.empty()) line += " (" + printable(refusal.rule) + ")";
  return line;
}

std::string access_fields(const Access& access) {
  const Request& request = access.request;
  const Response& response = access.response;
  const std::string what =
      fmt::format("{} {} {}", printable(access.method), printable(request.path), response.status);
  json::Writer out(fields_bytes);
  out.object().member("message", what);
  add(out, "remote", request.remote);
  add(out, "user", access.user);
  add(out, "method", access.method);
  add(out, "path", request.path);
  add(out, "route", access.route);
  out.member("status", response.status).member("bytes", body_bytes(response));
  out.raw_member("duration_ms", fmt::format("{:.3f}", milliseconds(access)));
  add(out, "request_id", request.id);
  add(out, "user_agent",
      request.headers.find("User-Agent").value_or("").substr(0, user_agent_bytes_max));
  add(out, "trace_id", access.trace.trace_id);
  add(out, "span_id", access.trace.span_id);
  add(out, "reason", response.refusal.reason);
  add(out, "pointer", response.refusal.pointer);
  add(out, "rule", response.refusal.rule);
  return out.end().take();
}

}  // namespace lectern::http
