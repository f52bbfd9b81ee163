#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lectern::pipeline {

/// Stderr while records go by: lines that stay, and on a terminal one line that is drawn over
/// itself with records, rate and share of the input; never on a pipe. One thread.
class Progress {
 public:
  Progress();
  /// Takes the drawn line away.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Prints lines, with their ends.
  void tell(std::string_view lines);
  /// Draws the line anew, five times a second at most.
  void show(std::uint64_t records, std::uint64_t refused, std::optional<double> share);

 private:
  void wipe();

  using Clock = std::chrono::steady_clock;
  const bool terminal_;
  const Clock::time_point began_ = Clock::now();
  Clock::time_point drawn_ = began_;
  std::size_t width_ = 0;  // of what is drawn
};

}  // namespace lectern::pipeline
