#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "pipeline/interrupt.h"
#include "pipeline/line_reader.h"

/// The frame of validate, convert and extract: lines in, lines out, in their order, with all cores.
namespace lectern::pipeline {

/// Why a record does not go on.
struct Refusal {
  bool unknown = false;  ///< nothing here knows such a record: it was not judged
  std::string pointer;   ///< JSON pointer to the value at fault; "" for the whole record
  std::string rule;      ///< what such refusals are counted by, e.g. a section of the standard
  std::string message;   ///< for a person, one line
};

/// A record that does not go on, with its place.
struct RefusedRecord {
  std::size_t file = 0;
  std::uint64_t line = 0;
  std::string record;  ///< its bytes, without a line end; "" for a line that is too long
  Refusal refusal;
};

/// Works on one record: appends what goes out, line end included, or says why nothing does. Called
/// by many threads at once; must not throw.
using LineWork = std::function<std::optional<Refusal>(const Line& line, std::string& out)>;

/// What is read, and what becomes of lines that are refused.
struct LineRunOptions {
  std::vector<std::string> files;  ///< "-" is stdin; at least one
  std::string errors_file;         ///< gets the refused records as they came; "" for none
  bool stop_at_refused = false;    ///< the first refused record ends the run
  bool stop_at_unknown = false;    ///< likewise an unknown one
  bool blank_lines = false;        ///< lines of blanks are records; else nothing
  bool passes_on = false;          ///< good lines go out as they came: the work appends nothing
  std::size_t line_bytes_max = 100 * 1024 * 1024;  ///< longer lines are refused, unread
  unsigned threads = 0;                            ///< 0: as many as there are cores to use
  /// Hears of each refused record, as stderr does: in order, on one thread.
  std::function<void(const RefusedRecord&)> on_refused{};
};

/// What became of the input.
struct LineRunTotals {
  std::uint64_t records = 0;  ///< that were worked on
  std::uint64_t refused = 0;  ///< of these, unknown ones left out
  std::uint64_t unknown = 0;
  bool stopped = false;      ///< by a record, as the options have it
  bool pipe_closed = false;  ///< nobody reads stdout any more
  int signal = 0;            ///< by which it was asked to end
  std::string fault;         ///< an input that could not be read, or an output not written
};

/// How stderr is told of a refused record: `line 3: /actor: ...`, or `FILE:3: /actor: ...` where
/// there are several files.
std::string told(const RefusedRecord& refused, const std::vector<std::string>& files);

/// Runs until the inputs end, or what the options and totals name. What comes out goes to stdout,
/// complete lines only. Memory: a few MiB a thread, and twice the longest line. Errors: invalid for
/// an errors_file that cannot be made, before anything is read.
Result<LineRunTotals> run_lines(const LineRunOptions& options, Interrupt& interrupt,
                                const LineWork& work);

}  // namespace lectern::pipeline
