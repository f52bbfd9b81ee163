#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "pipeline/data/backend.h"
#include "pipeline/interrupt.h"

namespace lectern::pipeline {

/// What is written, and how.
struct WriteRunOptions {
  std::vector<std::string> files;  ///< "-" is stdin; at least one
  WriteRequest request;
  std::string errors_file;   ///< gets the refused records as they came; "" for none
  unsigned concurrency = 1;  ///< chunks that are sent at once; beyond 1 in no order
  std::size_t line_bytes_max = 100 * 1024 * 1024;
};

/// What became of the input.
struct WriteRunTotals {
  std::uint64_t written = 0;  ///< records
  std::uint64_t refused = 0;
  int signal = 0;     ///< by which it was asked to end
  std::string fault;  ///< what ended it early
};

/// Writes all records of the inputs to the sink, chunk by chunk, with waits and attempts where it
/// is away. Memory: four chunks, and twice the longest line. Errors: invalid for an errors_file
/// that cannot be made, before anything is read.
Result<WriteRunTotals> run_write(const WriteRunOptions& options, Interrupt& interrupt, Sink& sink);

}  // namespace lectern::pipeline
