#include "http/observe/request_span.h"

#include <algorithm>
#include <array>
#include <iterator>

#include <fmt/format.h>

#include "base/json.h"

namespace lectern::http {
namespace {

constexpr int kind_server = 2;
constexpr int status_error = 2;
constexpr std::size_t value_bytes_max = 300;

/// The methods that may be a span's name; others are told as an attribute alone.
bool is_known_method(std::string_view method) {
  constexpr std::array<std::string_view, 8> known{"GET",    "HEAD",    "POST",  "PUT",
                                                  "DELETE", "OPTIONS", "PATCH", "TRACE"};
  return std::find(known.begin(), known.end(), method) != known.end();
}

class Attributes {
 public:
  void text(std::string_view key, std::string_view value) {
    if (value.empty()) return;
    begin(key);
    out_ += "\"stringValue\":" + json::quoted(printable(value, value_bytes_max)) + "}}";
  }
  void integer(std::string_view key, std::uint64_t value) {
    begin(key);
    // 64-bit integers are strings in the JSON mapping of Protocol Buffers.
    fmt::format_to(std::back_inserter(out_), "\"intValue\":\"{}\"}}}}", value);
  }
  const std::string& json() const { return out_; }

 private:
  void begin(std::string_view key) {
    fmt::format_to(std::back_inserter(out_), "{}{{\"key\":\"{}\",\"value\":{{",
                   out_.empty() ? "" : ",", key);
  }
  std::string out_;
};

Attributes attributes_of(const Access& access, bool failed) {
  const Request& request = access.request;
  const bool known = is_known_method(access.method);
  Attributes all;
  all.text("http.request.method", known ? access.method : "_OTHER");
  if (!known) all.text("http.request.method_original", access.method);
  all.text("url.path", request.path);
  all.text("http.route", access.route);
  all.integer("http.response.status_code", static_cast<std::uint64_t>(access.response.status));
  if (failed) all.text("error.type", std::to_string(access.response.status));
  all.integer("http.response.body.size", body_bytes(access.response));
  all.text("client.address", request.remote);
  all.text("user_agent.original", request.headers.find("User-Agent").value_or(""));
  all.text("lectern.request_id", request.id);
  all.text("lectern.reason", access.response.refusal.reason);
  return all;
}

}  // namespace

std::string request_span(const Access& access, std::chrono::system_clock::time_point end) {
  using std::chrono::duration_cast;
  using std::chrono::nanoseconds;
  const auto end_ns = duration_cast<nanoseconds>(end.time_since_epoch());
  const bool failed = access.response.status >= 500;
  std::string name(is_known_method(access.method) ? access.method : "HTTP");
  if (!access.route.empty()) name.append(" ").append(access.route);
  return fmt::format(
      R"({{"traceId":"{}","spanId":"{}","parentSpanId":"{}","name":{},"kind":{},)"
      R"("startTimeUnixNano":"{}","endTimeUnixNano":"{}","attributes":[{}],"status":{{{}}}}})",
      access.trace.trace_id, access.trace.span_id, access.trace.parent_id, json::quoted(name),
      kind_server, (end_ns - duration_cast<nanoseconds>(access.time)).count(), end_ns.count(),
      attributes_of(access, failed).json(),
      failed ? fmt::format(R"("code":{})", status_error) : "");
}

}  // namespace lectern::http
