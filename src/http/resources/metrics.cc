#include "http/resources/metrics.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <string>

namespace lectern::http {
namespace {

/// A method as a label: those that clients invent must not make series.
std::string known_method(std::string_view method) {
  constexpr std::array<std::string_view, 7> known{"GET",    "HEAD",    "POST", "PUT",
                                                  "DELETE", "OPTIONS", "PATCH"};
  const bool is_known = std::find(known.begin(), known.end(), method) != known.end();
  return std::string(is_known ? method : "other");
}

double read(const std::atomic<std::uint64_t>& value) { return static_cast<double>(value.load()); }

}  // namespace

void count_request(metrics::Registry& registry, std::string_view route, std::string_view method,
                   int status, std::chrono::microseconds time) {
  const metrics::Labels where{{"route", std::string(route)}, {"method", known_method(method)}};
  auto with_status = where;
  with_status.emplace_back("status", std::to_string(status));
  registry.counter("lectern_http_requests_total", "Requests that were handled", with_status).add();
  registry.histogram("lectern_http_request_seconds", "Time spent on a request by its worker", where)
      .observe(std::chrono::duration<double>(time).count());
}

void watch_server(metrics::Registry& registry, const Server& server) {
  const auto& counters = server.counters();
  registry.gauge_read("lectern_http_connections", "Connections that are open",
                      [&] { return read(counters.connections_open); });
  registry.counter_read("lectern_http_connections_accepted_total", "Connections ever accepted",
                        [&] { return read(counters.connections_accepted); });
  registry.counter_read("lectern_http_connections_refused_total",
                        "Connections closed at once, being too many",
                        [&] { return read(counters.connections_refused); });
  registry.gauge_read("lectern_http_requests_in_flight", "Requests being answered",
                      [&] { return read(counters.requests_in_flight); });
  registry.gauge_read("lectern_http_queue_depth", "Requests that wait for a worker",
                      [&] { return static_cast<double>(server.queue_depth()); });
  registry.counter_read("lectern_http_refusals_total",
                        "Requests answered by the server itself: malformed, too large, too slow, "
                        "or the queue was full",
                        [&] { return read(counters.own_answers); });
  const auto watch = [&](const Budget& budget, const std::string& name, const std::string& what) {
    registry.gauge_read("lectern_http_" + name + "_bytes",
                        "Bytes of " + what + " that requests take",
                        [&budget] { return static_cast<double>(budget.taken()); });
    registry.gauge_read("lectern_http_" + name + "_bytes_most",
                        "The most of them at once since the start",
                        [&budget] { return static_cast<double>(budget.taken_most()); });
  };
  watch(server.memory(), "memory", "memory");
  watch(server.spool(), "spool", "the spool folder");
  registry.counter_read("lectern_http_received_bytes_total", "Bytes received from clients",
                        [&] { return read(counters.received_bytes); });
  registry.counter_read("lectern_http_sent_bytes_total", "Bytes sent to clients",
                        [&] { return read(counters.sent_bytes); });
}

}  // namespace lectern::http
