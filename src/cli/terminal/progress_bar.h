#pragma once

#include <string>

#include "store/maintenance.h"

namespace lectern::cli {

/// A bar that is drawn over itself on stderr, where that is a terminal; nothing is printed else.
class ProgressBar {
 public:
  explicit ProgressBar(std::string label);
  /// Takes the bar away.
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  /// Draws how far the work is, where standard error is a terminal; else does nothing.
  void show(const store::WorkProgress& progress);
  /// Takes the bar away until it is shown again, so that something can be printed.
  void clear();

 private:
  const std::string label_;
  const bool terminal_;
  std::string shown_;
};

}  // namespace lectern::cli
