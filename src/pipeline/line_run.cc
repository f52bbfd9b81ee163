#include "pipeline/line_run.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <sched.h>

#include "pipeline/in_order.h"
#include "pipeline/output.h"
#include "pipeline/progress.h"

namespace lectern::pipeline {
namespace {

/// Bytes of lines under way, for each thread.
constexpr std::size_t bytes_of_thread_max = 1024 * 1024;

unsigned usable_cores() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return static_cast<unsigned>(std::max(1, CPU_COUNT(&set)));
}

/// What was made of a block.
struct Made {
  std::string out;
  std::vector<RefusedRecord> refused;
  std::uint64_t records = 0;
  bool stop = false;  // after all this
  std::string fault;  // likewise
};

Refusal too_long(std::uint64_t bytes, std::size_t bytes_max) {
  return {false, "", "length of a line",
          fmt::format("the line has {} bytes; the most is {}", bytes, bytes_max)};
}

class Run {
 public:
  Run(const LineRunOptions& options, Interrupt& interrupt, const LineWork& work,
      std::optional<Output> errors)
      : options_(options),
        interrupt_(interrupt),
        work_(work),
        errors_(std::move(errors)),
        reader_({options.files, 256UL * 1024, options.line_bytes_max}, interrupt) {}

  LineRunTotals run() {
    const unsigned threads = options_.threads > 0 ? options_.threads : usable_cores();
    InOrder<Block, Made>::run(
        {threads, threads * bytes_of_thread_max},
        [&] {
          auto block = reader_.next();
          share_ = reader_.share().value_or(-1);
          return block;
        },
        [](const Block& block) { return block.bytes.size() + 1; },
        [&](Block block) { return make(std::move(block)); },
        [&](Made made) {
          const bool go_on = take(std::move(made));
          if (!go_on) interrupt_.stop();  // it may wait for more input
          return go_on;
        });
    totals_.signal = interrupt_.signal();
    if (errors_)
      if (const auto closed = errors_->close(); !closed && totals_.fault.empty())
        totals_.fault = closed.error().message;
    return std::move(totals_);
  }

 private:
  /// On a thread of its own.
  Made make(Block block) const {
    Made made;
    if (block.fault) {
      made.fault = fmt::format("{} (after line {})", *block.fault, block.first_line - 1);
      return made;
    }
    if (block.too_long_bytes > 0) {
      refuse(made, {block.file, block.first_line, "",
                    too_long(block.too_long_bytes, options_.line_bytes_max)});
      return made;
    }
    if (!options_.passes_on) made.out.reserve(block.bytes.size() + block.bytes.size() / 8);
    std::string_view rest = block.bytes;
    std::size_t passed = 0;  // bytes at the front of the block that go out
    for (std::uint64_t number = block.first_line; !made.stop; ++number) {
      const auto line = next_line(rest, number);
      if (!line) break;
      if (work_on(*line, block.file, made) && options_.passes_on)
        passed = move_to(block.bytes.data(), passed, line->whole);
    }
    if (!options_.passes_on) return made;
    block.bytes.resize(passed);
    made.out = std::move(block.bytes);
    if (!made.out.empty() && made.out.back() != '\n') made.out += '\n';
    return made;
  }

  /// Moves a line of a block to its place behind those that go out before it, whose bytes are
  /// given, and gives theirs and its own. Where all go out nothing is moved.
  static std::size_t move_to(char* block, std::size_t passed, std::string_view line) {
    if (block + passed != line.data()) std::memmove(block + passed, line.data(), line.size());
    return passed + line.size();
  }

  /// Whether it is a record, and a good one.
  bool work_on(const Line& line, std::size_t file, Made& made) const {
    if (!options_.blank_lines && line.is_blank()) return false;
    if (line.text.size() > options_.line_bytes_max) {
      refuse(made, {file, line.number, "", too_long(line.text.size(), options_.line_bytes_max)});
      return false;
    }
    const std::size_t before = made.out.size();
    auto refusal = work_(line, made.out);
    if (!refusal) {
      ++made.records;
      return true;
    }
    made.out.resize(before);
    refuse(made, {file, line.number, std::string(line.text), std::move(*refusal)});
    return false;
  }

  void refuse(Made& made, RefusedRecord refused) const {
    ++made.records;
    made.stop = refused.refusal.unknown ? options_.stop_at_unknown : options_.stop_at_refused;
    made.refused.push_back(std::move(refused));
  }

  /// In order, on one thread.
  bool take(Made made) {
    totals_.records += made.records;
    const auto written = output_.write(made.out);
    if (!written) totals_.fault = written.error().message;
    totals_.pipe_closed = written && !*written;
    for (const auto& refused : made.refused) take_refused(refused);
    if (!made.fault.empty() && totals_.fault.empty()) totals_.fault = std::move(made.fault);
    totals_.stopped = made.stop;
    progress_.show(totals_.records, totals_.refused + totals_.unknown,
                   share_ < 0 ? std::nullopt : std::optional<double>(share_));
    return !made.stop && !totals_.pipe_closed && totals_.fault.empty();
  }

  void take_refused(const RefusedRecord& refused) {
    ++(refused.refusal.unknown ? totals_.unknown : totals_.refused);
    if (options_.on_refused) options_.on_refused(refused);
    progress_.tell(told(refused, options_.files) + "\n");
    if (!errors_ || refused.record.empty()) return;
    const auto written = errors_->write(refused.record + "\n");
    if (!written && totals_.fault.empty()) totals_.fault = written.error().message;
  }

  const LineRunOptions& options_;
  Interrupt& interrupt_;
  const LineWork& work_;
  std::optional<Output> errors_;
  LineReader reader_;
  Output output_ = Output::to_stdout();
  Progress progress_;
  std::atomic<double> share_{-1};  // below 0: not known
  LineRunTotals totals_;
};

}  // namespace

std::string told(const RefusedRecord& refused, const std::vector<std::string>& files) {
  const std::string place = files.size() > 1
                                ? fmt::format("{}:{}", files[refused.file], refused.line)
                                : fmt::format("line {}", refused.line);
  return fmt::format("{}: {}{}{}", place, refused.refusal.pointer,
                     refused.refusal.pointer.empty() ? "" : ": ", refused.refusal.message);
}

Result<LineRunTotals> run_lines(const LineRunOptions& options, Interrupt& interrupt,
                                const LineWork& work) {
  std::optional<Output> errors;
  if (!options.errors_file.empty()) {
    TRY(auto file, Output::create(options.errors_file, options.files));
    errors.emplace(std::move(file));
  }
  return Run(options, interrupt, work, std::move(errors)).run();
}

}  // namespace lectern::pipeline
