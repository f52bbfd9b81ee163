#include "cli/commands/pipe/line_command.h"

#include <charconv>
#include <csignal>

#include <fmt/format.h>

namespace lectern::cli {
namespace {

/// Whether -v leaves lines of the level INFO out.
bool wants_counts(const Invocation& invocation) {
  const auto level = invocation.overrides.find("LOG_LEVEL");
  return level == invocation.overrides.end() || level->second.text == "INFO" ||
         level->second.text == "DEBUG";
}

}  // namespace

std::vector<Option> with_line_options(std::vector<Option> own) {
  own.push_back({"--errors", "FILE", "Write the refused records there, as they came"});
  own.push_back({"--line-bytes-max", "BYTES",
                 "Longest line that is read, 104857600 unless given; longer ones are refused"});
  own.push_back({"FILE", "FILE",
                 "What to read, one behind another; plain, gzip or zstd; - is stdin", false, true});
  return own;
}

Option ignore_errors_option() {
  return {"-I,--ignore-errors", "", "Go on behind a refused record"};
}

Option fail_on_unknown_option() {
  return {"-F,--fail-on-unknown", "", "Stop at the first record that nothing here knows"};
}

std::optional<pipeline::LineRunOptions> line_options(const Invocation& invocation) {
  pipeline::LineRunOptions options;
  const auto files = invocation.values.find("FILE");
  options.files = files == invocation.values.end() ? std::vector<std::string>{"-"} : files->second;
  options.errors_file = invocation.value("--errors").value_or("");
  options.stop_at_refused = !invocation.has("--ignore-errors");
  options.stop_at_unknown = invocation.has("--fail-on-unknown");
  options.blank_lines = invocation.program == "ralph";
  if (const auto bytes = invocation.value("--line-bytes-max")) {
    const char* const end = bytes->data() + bytes->size();
    const auto read = std::from_chars(bytes->data(), end, options.line_bytes_max);
    if (read.ec != std::errc{} || read.ptr != end || options.line_bytes_max == 0) {
      usage_error(invocation, "--line-bytes-max must be a number of bytes, at least 1");
      return std::nullopt;
    }
  }
  return options;
}

int run_lines(const Invocation& invocation, const pipeline::LineRunOptions& options,
              const pipeline::LineWork& work, const AtEnd& at_end) {
  pipeline::Interrupt interrupt;
  return finish_lines(invocation, pipeline::run_lines(options, interrupt, work), at_end);
}

int finish_lines(const Invocation& invocation, const Result<pipeline::LineRunTotals>& totals,
                 const AtEnd& at_end) {
  if (!totals) return failure(totals.error().message);
  const auto ended = at_end ? at_end(*totals) : Result<void>();
  if (wants_counts(invocation))
    fmt::print(stderr, "Total events: {}, Invalid events: {}\n", totals->records,
               totals->refused + totals->unknown);
  if (!ended) return failure(ended.error().message);
  if (!totals->fault.empty()) return failure(totals->fault);
  if (totals->stopped) return 1;
  if (totals->signal != 0) pipeline::Interrupt::end_by(totals->signal);
  if (totals->pipe_closed) pipeline::Interrupt::end_by(SIGPIPE);
  return 0;
}

}  // namespace lectern::cli
