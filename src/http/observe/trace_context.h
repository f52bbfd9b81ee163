#pragma once

#include <optional>
#include <string>
#include <string_view>

/// W3C Trace Context: how a request is found again in what others tell of it.
namespace lectern::http {

/// What `traceparent` holds. Identifiers are lower-case hexadecimal.
struct TraceParent {
  std::string trace_id;   ///< 32 digits
  std::string parent_id;  ///< 16 digits: the caller's span
  bool sampled = false;   ///< the caller records it
};

/// Reads a traceparent (Trace Context, 3.2.2); of a version to come, what version 00 has. Nothing
/// for one that is not valid, which the standard has us pass over.
///
///     version "-" trace-id "-" parent-id "-" trace-flags [ "-" ... from version 01 on ]
std::optional<TraceParent> parse_traceparent(std::string_view header);

/// Where one request stands in its trace.
struct Trace {
  std::string trace_id;  ///< "" for a request that no trace is told of
  std::string span_id;   ///< of our span; of the caller's where ours is not recorded
  std::string parent_id;
  bool recorded = false;  ///< our span is to be exported
};

/// Which traces are recorded: OpenTelemetry's samplers always_on, always_off and traceidratio, and
/// each of them under parentbased_.
struct Sampler {
  bool by_parent = true;  ///< who calls with a traceparent has decided already
  double ratio = 1;       ///< of the traces that begin here, or of all; by the trace's id alone
};

/// The trace of a request with this header. With a sampler each request has one, which begins here
/// where the header is none; without, only those that bring theirs. Thread-safe.
Trace trace_of(std::optional<std::string_view> traceparent, const std::optional<Sampler>& sampler);

}  // namespace lectern::http
