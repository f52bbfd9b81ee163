#include "xapi/position.h"

#include <cstdint>
#include <cstring>

#include "base/digest.h"

namespace lectern::xapi {
namespace {

constexpr char version = '\x01';
constexpr std::size_t cursor_bytes = 1 + 8 + 16 + 8;

void append_time(std::string& out, Time time) {
  const auto micros = static_cast<std::uint64_t>(time.time_since_epoch().count());
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>((micros >> shift) & 0xFF);
}

/// Nothing before 1970 or behind 9999: no clock of ours has told such a time.
std::optional<Time> read_time(std::string_view bytes) {
  std::uint64_t micros = 0;
  for (const char c : bytes) micros = (micros << 8) | static_cast<unsigned char>(c);
  const Time time{std::chrono::microseconds{static_cast<std::int64_t>(micros)}};
  constexpr Time end = std::chrono::sys_days{std::chrono::year{10000} / std::chrono::January / 1};
  if (time < Time{} || time >= end) return std::nullopt;
  return time;
}

}  // namespace

std::string Cursor::text() const {
  std::string bytes(1, version);
  bytes.reserve(cursor_bytes);
  append_time(bytes, after.stored);
  bytes.append(reinterpret_cast<const char*>(after.id.bytes.data()), after.id.bytes.size());
  append_time(bytes, until);
  return to_base64url(bytes);
}

std::optional<Cursor> Cursor::parse(std::string_view text) {
  const auto bytes = from_base64url(text);
  if (!bytes || bytes->size() != cursor_bytes || bytes->front() != version) return std::nullopt;
  const std::string_view view = *bytes;
  const auto stored = read_time(view.substr(1, 8));
  const auto until = read_time(view.substr(25, 8));
  if (!stored || !until) return std::nullopt;
  Cursor out{{*stored, {}}, *until};
  std::memcpy(out.after.id.bytes.data(), view.data() + 9, 16);
  return out;
}

}  // namespace lectern::xapi
