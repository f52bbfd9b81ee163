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

  void show(const store::WorkProgress& progress);

 private:
  const std::string label_;
  const bool terminal_;
  std::string shown_;
};

}  // namespace lectern::cli
