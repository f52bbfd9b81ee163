#include "base/log.h"

#include <memory>
#include <mutex>
#include <utility>

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include "base/json.h"

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
  std::shared_ptr<spdlog::logger> logger = spdlog::stderr_color_mt("lectern");
  Format format = Format::text;
  Sink() { logger->set_pattern("%Y-%m-%d %H:%M:%S.%e %^%l%$ %v"); }
};

struct Listener {
  std::mutex mutex;
  std::function<void(std::string_view)> function;  // guarded by mutex
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
  if (format == Format::json)
    out.logger->set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%f","level":"%l","message":%v})");
}

bool enabled(Level level) { return sink().logger->should_log(to_spdlog(level)); }

void listen_to_errors(std::function<void(std::string_view line)> function) {
  const std::lock_guard lock(listener().mutex);
  listener().function = std::move(function);
}

void write(Level level, std::string_view line) {
  if (level >= Level::error) {
    const std::lock_guard lock(listener().mutex);
    if (listener().function) listener().function(line);
  }
  auto& out = sink();
  if (out.format == Format::json)
    out.logger->log(to_spdlog(level), json::quoted(line));
  else
    out.logger->log(to_spdlog(level), line);
}

}  // namespace lectern::log
