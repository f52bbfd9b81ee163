#include "pipeline/progress.h"

#include <cstdio>

#include <fmt/format.h>
#include <unistd.h>

namespace lectern::pipeline {

Progress::Progress() : terminal_(isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() { wipe(); }

void Progress::wipe() {
  if (width_ > 0) fmt::print(stderr, "\r{}\r", std::string(width_, ' '));
  width_ = 0;
}

void Progress::tell(std::string_view lines) {
  wipe();
  std::fwrite(lines.data(), 1, lines.size(), stderr);
}

void Progress::show(std::uint64_t records, std::uint64_t refused, std::optional<double> share) {
  if (!terminal_) return;
  const auto now = Clock::now();
  if (now - drawn_ < std::chrono::milliseconds(200)) return;
  drawn_ = now;
  const double seconds = std::chrono::duration<double>(now - began_).count();
  const auto line = fmt::format("{} records, {:.0f}/s, {} refused{}", records,
                                static_cast<double>(records) / seconds, refused,
                                share ? fmt::format(", {:.0f} %", *share * 100) : "");
  wipe();
  fmt::print(stderr, "{}", line);
  std::fflush(stderr);
  width_ = line.size();
}

}  // namespace lectern::pipeline
