#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "http/observe/access_log.h"
#include "http/observe/trace_context.h"

namespace lectern::http {

/// Where spans of requests go. Without `take` none are made.
struct Tracing {
  Sampler sampler;
  /// Takes a span as request_span() makes it. Called from any thread; must not wait.
  std::function<void(std::string span)> take;

  std::optional<Sampler> active_sampler() const {
    return take ? std::optional(sampler) : std::nullopt;
  }
};

/// A request as a span of kind SERVER, in the JSON encoding of OTLP (opentelemetry-proto,
/// trace/v1), with the attributes of OpenTelemetry's semantic conventions for HTTP, and
/// `lectern.request_id` and, for refused ones, `lectern.reason`. Nothing of the query. A few KiB at
/// most.
std::string request_span(const Access& access, std::chrono::system_clock::time_point end);

}  // namespace lectern::http
