#include "base/log.h"

#include <cstdlib>
#include <memory>
#include <utility>

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "base/concurrency/mutex.h"
#include "base/json/writer.h"
#include "base/log_fields.h"

namespace lectern::log {
namespace {

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warning:
      return spdlog::level::warn;
    case Level::error:
      return spdlog::level::err;
    case Level::critical:
      return spdlog::level::critical;
  }
  return spdlog::level::info;
}

struct Sink {
  // NO_COLOR: no-color.org.
  std::shared_ptr<spdlog::logger> logger =
      std::string_view(std::getenv("NO_COLOR") == nullptr ? "" : std::getenv("NO_COLOR")).empty()
          ? spdlog::stderr_color_mt("lectern")
          : spdlog::stderr_logger_mt("lectern");
  Format format = Format::text;
  Sink() { set_pattern("%Y-%m-%d %H:%M:%S.%eZ %^%l%$ %v"); }

  /// Instants are UTC: lines of several hosts, and of the hour that a clock is set back by, keep
  /// their order.
  void set_pattern(const char* pattern) const {
    logger->set_pattern(pattern, spdlog::pattern_time_type::utc);
  }
};

struct Listener {
  Mutex mutex;
  std::function<void(std::string_view)> function GUARDED_BY(mutex);
};

Listener& listener() {
  static Listener one;
  return one;
}

Sink& sink() {
  static Sink one;
  return one;
}

}  // namespace

void configure(Level least, Format format) {
  auto& out = sink();
  out.format = format;
  out.logger->set_level(to_spdlog(least));
  if (format == Format::json) out.set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%fZ","level":"%l",%v)");
}

bool enabled(Level level) { return sink().logger->should_log(to_spdlog(level)); }

void listen_to_errors(std::function<void(std::string_view line)> function) {
  const MutexLock lock(listener().mutex);
  listener().function = std::move(function);
}

Format format() { return sink().format; }

void write_fields(Level level, std::string_view object) {
  sink().logger->log(to_spdlog(level), object.substr(1));  // the pattern opens it
}

void write(Level level, std::string_view line) { write(level, line, {}); }

void write(Level level, std::string_view line, std::span<const Field> fields) {
  if (level >= Level::error) {
    const MutexLock lock(listener().mutex);
    if (listener().function) listener().function(line);
  }
  auto& out = sink();
  if (out.format == Format::text) {
    out.logger->log(to_spdlog(level), line);
    return;
  }
  json::Writer object;
  object.object().member("message", line);
  for (const auto& [name, text] : fields) object.member(name, text);
  write_fields(level, object.end().take());
}

}  // namespace lectern::log
