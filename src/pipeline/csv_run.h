#pragma once

#include "models/csv/mapping.h"
#include "pipeline/line_run.h"

namespace lectern::pipeline {

/// Makes statements of the rows of spreadsheets (docs/csv.md), in their order, to stdout. The first
/// row of each file names its columns. Of the options `line_bytes_max`, `blank_lines` and `threads`
/// do not count: a row has the bounds of models/csv/reader.h. The errors_file gets the first row of
/// each file and the rows that are refused, so that it can be fed in again. Totals count rows, the
/// first ones left out. Memory: a row, and 64 KiB of statements. Errors: invalid for an errors_file
/// that cannot be made, before anything is read.
Result<LineRunTotals> run_csv(const LineRunOptions& options, Interrupt& interrupt,
                              models::csv::Mapping mapping);

}  // namespace lectern::pipeline
