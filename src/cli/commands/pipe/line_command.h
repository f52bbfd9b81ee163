#pragma once

#include <functional>
#include <vector>

#include "cli/command.h"
#include "pipeline/line_run.h"

/// What validate, convert and extract share of the command line.
namespace lectern::cli {

/// FILE..., --errors and --line-bytes-max, behind a command's own options.
std::vector<Option> with_line_options(std::vector<Option> own);

/// -I and -F, as Ralph has them.
Option ignore_errors_option();
Option fail_on_unknown_option();

/// What they say. Nothing: the wrong use is told already.
std::optional<pipeline::LineRunOptions> line_options(const Invocation& invocation);

/// What is done at the end of a run; its Error is told, and is the command's.
using AtEnd = std::function<Result<void>(const pipeline::LineRunTotals&)>;

/// Runs and finishes. Returns the exit code.
int run_lines(const Invocation& invocation, const pipeline::LineRunOptions& options,
              const pipeline::LineWork& work, const AtEnd& at_end = {});

/// Tells the counts on stderr, and whatever ended the run early. Returns the exit code: 1 where a
/// record or a fault ended it; does not return where a signal or a closed pipe did.
int finish_lines(const Invocation& invocation, const Result<pipeline::LineRunTotals>& totals,
                 const AtEnd& at_end = {});

}  // namespace lectern::cli
