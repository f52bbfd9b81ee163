#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <fmt/format.h>

/// The program's log, on stderr, a line an event. Thread-safe. Never log a secret or a body.
namespace lectern::log {

/// How much a line matters; those below the level of the process are dropped.
enum class Level { debug, info, warning, error, critical };
/// How lines look: for people, or a JSON object each.
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

/// A line for who looks for a fault; formatted only where it is written. Thread-safe, as all below.
template <typename... Args>
void debug(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::debug)) write(Level::debug, fmt::format(format, std::forward<Args>(args)...));
}
/// A line about something that happened as it should.
template <typename... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::info)) write(Level::info, fmt::format(format, std::forward<Args>(args)...));
}
/// A line about something that an operator should look at some time.
template <typename... Args>
void warning(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::warning, fmt::format(format, std::forward<Args>(args)...));
}
/// A line about something that does not work as it is.
template <typename... Args>
void error(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::error, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace lectern::log
