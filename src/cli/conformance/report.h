#pragma once

#include <string>
#include <vector>

#include "cli/conformance/check.h"

/// How outcomes of checks are told.
namespace lectern::cli::conformance {

/// What became of a check under one version of the standard.
struct Outcome {
  const Check* check;
  xapi::Version version;
  bool passed;
  std::string reason;  ///< of a failed one
  double seconds = 0;
};

/// `ok   1.0.3 STM-01 (Data 2.3.1) An equal ...`, and the reason of a failed one below it.
std::string as_line(const Outcome& outcome, bool colours);

/// The failed ones again, and how many there were: what a run ends with.
std::string summary(const std::vector<Outcome>& outcomes, bool colours);

/// One JSON object.
std::string as_json(const std::vector<Outcome>& outcomes);

/// The XML that continuous integration reads as JUnit's: a suite a version. ASCII alone.
std::string as_junit(const std::vector<Outcome>& outcomes);

}  // namespace lectern::cli::conformance
