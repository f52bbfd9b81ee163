#include "http/observe/request_span.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/json/writer.h"

namespace lectern::http {
namespace {

constexpr int kind_server = 2;
constexpr int status_error = 2;
constexpr std::size_t value_bytes_max = 300;
constexpr std::size_t span_bytes = 1'024;  // most are shorter

/// The methods that may be a span's name; others are told as an attribute alone.
bool is_known_method(std::string_view method) {
  constexpr std::array<std::string_view, 8> known{"GET",    "HEAD",    "POST",  "PUT",
                                                  "DELETE", "OPTIONS", "PATCH", "TRACE"};
  return std::find(known.begin(), known.end(), method) != known.end();
}

class Attributes {
 public:
  explicit Attributes(json::Writer& json) : json_(json) {}
  void text(std::string_view key, std::string_view value) {
    if (!value.empty()) add(key, "stringValue", printable(value, value_bytes_max));
  }
  // 64-bit integers are strings in the JSON mapping of Protocol Buffers.
  void integer(std::string_view key, std::uint64_t value) {
    add(key, "intValue", std::to_string(value));
  }

 private:
  void add(std::string_view key, std::string_view type, const std::string& value) {
    json_.object().member("key", key).key("value").object().member(type, value).end().end();
  }
  json::Writer& json_;
};

void write_attributes(json::Writer& json, const Access& access, bool failed) {
  const Request& request = access.request;
  const bool known = is_known_method(access.method);
  Attributes all(json);
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
}

}  // namespace

std::string request_span(const Access& access, std::chrono::system_clock::time_point end) {
  using std::chrono::duration_cast;
  using std::chrono::nanoseconds;
  const auto end_ns = duration_cast<nanoseconds>(end.time_since_epoch());
  const bool failed = access.response.status >= 500;
  std::string name(is_known_method(access.method) ? access.method : "HTTP");
  if (!access.route.empty()) name.append(" ").append(access.route);
  const auto start_ns = end_ns - duration_cast<nanoseconds>(access.time);
  json::Writer json(span_bytes);
  json.object()
      .member("traceId", access.trace.trace_id)
      .member("spanId", access.trace.span_id)
      .member("parentSpanId", access.trace.parent_id)
      .member("name", name)
      .member("kind", kind_server)
      .member("startTimeUnixNano", std::to_string(start_ns.count()))
      .member("endTimeUnixNano", std::to_string(end_ns.count()));
  json.key("attributes").array();
  write_attributes(json, access, failed);
  json.end().key("status").object();
  if (failed) json.member("code", status_error);
  return json.end().end().take();
}

}  // namespace lectern::http
