#include "cli/terminal/progress_bar.h"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>
#include <unistd.h>

namespace lectern::cli {
namespace {

constexpr std::size_t width = 40;

}  // namespace

ProgressBar::ProgressBar(std::string label)
    : label_(std::move(label)), terminal_(isatty(STDERR_FILENO) == 1) {}

ProgressBar::~ProgressBar() { clear(); }

void ProgressBar::clear() {
  if (!shown_.empty()) fmt::print(stderr, "\r{}\r", std::string(shown_.size(), ' '));
  shown_.clear();
}

void ProgressBar::show(const store::WorkProgress& progress) {
  if (!terminal_ || progress.total == 0) return;
  const auto done = std::min(progress.done, progress.total);
  const auto filled = static_cast<std::size_t>(done * width / progress.total);
  auto line = fmt::format("{} [{}{}] {} %", label_, std::string(filled, '#'),
                          std::string(width - filled, ' '), done * 100 / progress.total);
  if (line == shown_) return;
  shown_ = std::move(line);
  fmt::print(stderr, "\r{}", shown_);
  std::fflush(stderr);
}

}  // namespace lectern::cli
