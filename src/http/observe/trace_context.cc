#include "http/observe/trace_context.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "base/digest.h"
#include "base/uuid.h"

namespace lectern::http {
namespace {

constexpr std::size_t version_00_size = 55;

bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_id(std::string_view text) {
  return is_hex(text) && text.find_first_not_of('0') != text.npos;
}

std::string random_hex() {
  const auto bytes = Uuid::random().bytes;
  return to_hex({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

/// By the last 56 bits of the trace's id, so that all who take the same share take the same traces.
bool is_in_share(const std::string& trace_id, double ratio) {
  constexpr std::size_t digits = 14;
  std::uint64_t value = 0;
  const char* const end = trace_id.data() + trace_id.size();
  std::from_chars(end - digits, end, value, 16);
  return static_cast<double>(value) >= (1 - ratio) * std::ldexp(1.0, 4 * digits);
}

}  // namespace

std::optional<TraceParent> parse_traceparent(std::string_view header) {
  if (header.size() < version_00_size || header[2] != '-' || header[35] != '-' || header[52] != '-')
    return std::nullopt;
  const auto version = header.substr(0, 2), flags = header.substr(53, 2);
  if (!is_hex(version) || version == "ff" || !is_hex(flags)) return std::nullopt;
  if (header.size() > version_00_size && (version == "00" || header[version_00_size] != '-'))
    return std::nullopt;
  TraceParent parent{std::string(header.substr(3, 32)), std::string(header.substr(36, 16)), false};
  if (!is_id(parent.trace_id) || !is_id(parent.parent_id)) return std::nullopt;
  const char last = flags[1];
  parent.sampled = ((last >= 'a' ? last - 'a' + 10 : last - '0') & 1) == 1;
  return parent;
}

Trace trace_of(std::optional<std::string_view> traceparent, const std::optional<Sampler>& sampler) {
  Trace trace;
  const auto parent = traceparent ? parse_traceparent(*traceparent) : std::nullopt;
  if (parent) {
    trace.trace_id = parent->trace_id;
    trace.parent_id = trace.span_id = parent->parent_id;
  }
  if (!sampler) return trace;
  if (!parent) trace.trace_id = random_hex();
  trace.recorded =
      parent && sampler->by_parent ? parent->sampled : is_in_share(trace.trace_id, sampler->ratio);
  // The last eight bytes of a UUID are never all zero.
  if (trace.recorded || !parent) trace.span_id = random_hex().substr(16);
  return trace;
}

}  // namespace lectern::http
