#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <fmt/format.h>

/// The program's log, on stderr, a line an event. Thread-safe. Never log a secret or a body.
namespace lectern::log {

enum class Level { debug, info, warning, error, critical };
enum class Format { text, json };

/// Sets what is printed and how; before it, text from `info` up. Colours only on a terminal.
void configure(Level least, Format format);

/// Whether lines of this level are printed.
bool enabled(Level level);

/// Hands every line of level error and above to `listener` too, from whatever thread writes it; it
/// must be quick and must not log. Set at start and unset (with an empty function) before what it
/// uses is gone.
void listen_to_errors(std::function<void(std::string_view line)> listener);

/// Prints one finished line.
void write(Level level, std::string_view line);

template <typename... Args>
void debug(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::debug)) write(Level::debug, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::info)) write(Level::info, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void warning(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::warning, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void error(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::error, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace lectern::log
