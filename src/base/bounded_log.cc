#include "base/bounded_log.h"

#include <utility>

#include "base/digest.h"

namespace lectern::log {

constexpr std::size_t escaped_bytes_max = 64;

void BoundedLog::write(std::string_view line, std::span<const Field> fields,
                       Clock::time_point now) {
  std::uint64_t unwritten = 0;
  {
    const MutexLock lock(mutex_);
    if (now - window_begin_ >= window) {
      window_begin_ = now;
      lines_ = 0;
    }
    if (lines_ == lines_max) {
      ++unwritten_;
      return;
    }
    ++lines_;
    unwritten = std::exchange(unwritten_, 0);
  }
  if (!enabled(level_)) return;
  if (unwritten > 0)
    log::write(level_, fmt::format("{} more {} were not logged", unwritten, what_));
  log::write(level_, line, fields);
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, escaped_bytes_max)) {
    if (c < ' ' || c > '~' || c == '"' || c == '\\')
      out.append("\\x").append(to_hex(std::string_view(&c, 1)));
    else
      out += c;
  }
  return out;
}

std::string printable(std::string_view text) {
  return '"' + escaped(text) + (text.size() > escaped_bytes_max ? "\"..." : "\"");
}

}  // namespace lectern::log
