#include "pipeline/data/write_run.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "base/error_text.h"
#include "pipeline/data/retry.h"
#include "pipeline/in_order.h"
#include "pipeline/line_reader.h"
#include "pipeline/output.h"
#include "pipeline/progress.h"

namespace lectern::pipeline {
namespace {

/// Bytes at which a chunk ends before it has all its records.
constexpr std::size_t chunk_bytes_max = 1536UL * 1024;

/// Cuts the inputs into chunks of so many lines, none of which goes over two files.
class ChunkReader {
 public:
  ChunkReader(LineReader& reader, std::size_t files, std::size_t lines_max)
      : reader_(reader), files_(files), lines_max_(lines_max) {}

  /// The next chunk, never empty; nothing at the end.
  std::optional<Chunk> next() {
    Chunk chunk;
    std::size_t lines = 0;
    while (lines_max_ == 0 || lines < lines_max_) {
      if (rest_.empty() && !next_block()) break;
      const bool begins = lines == 0 && chunk.refused.empty();
      if (!begins && (block_->file != chunk.file || block_->too_long_bytes > 0)) break;
      if (begins) {
        chunk.first_line = line_;
        chunk.file = block_->file;
      }
      if (block_->too_long_bytes > 0) {
        chunk.refuse(block_->first_line, {false, "", "length of a line",
                                          fmt::format("the line has {} bytes, which is too many",
                                                      block_->too_long_bytes)});
        block_.reset();
        return chunk;
      }
      lines += take(chunk, lines);
      if (lines_max_ == 0 || chunk.bytes.size() >= chunk_bytes_max) break;
    }
    return lines == 0 ? std::nullopt : std::optional<Chunk>(std::move(chunk));
  }

  /// Why the inputs ended early; "" where they did not.
  const std::string& fault() const { return fault_; }

 private:
  bool next_block() {
    if (!fault_.empty()) return false;
    if (block_ && block_->too_long_bytes > 0) return true;
    block_ = reader_.next();
    if (!block_) return false;
    if (block_->fault) {
      fault_ = fmt::format("{} (after line {})", *block_->fault, block_->first_line - 1);
      return false;
    }
    rest_ = block_->bytes;
    line_ = block_->first_line;
    return true;
  }

  /// Moves lines of the block to the chunk; how many.
  std::size_t take(Chunk& chunk, std::size_t had) {
    std::size_t lines = 0, bytes = 0;
    while (bytes < rest_.size() && (lines_max_ == 0 || had + lines < lines_max_)) {
      const std::size_t end = rest_.find('\n', bytes);
      bytes = end == rest_.npos ? rest_.size() : end + 1;
      ++lines;
    }
    chunk.bytes += rest_.substr(0, bytes);
    rest_.remove_prefix(bytes);
    // Else it would become one line with the first of the next file.
    if (!chunk.bytes.ends_with('\n') && chunk.file + 1 < files_) chunk.bytes += '\n';
    line_ += lines;
    return lines;
  }

  LineReader& reader_;
  const std::size_t files_;
  const std::size_t lines_max_;  // 0: blocks as they come
  std::optional<Block> block_;
  std::string_view rest_;  // of it
  std::uint64_t line_ = 1;
  std::string fault_;
};

/// A chunk with what became of it.
struct Sent {
  Chunk chunk;
  std::uint64_t written = 0;  // records
  std::string fault;          // what ends the run behind it
};

class Run {
 public:
  Run(const WriteRunOptions& options, Interrupt& interrupt, Sink& sink,
      std::optional<Output> errors)
      : options_(options),
        interrupt_(interrupt),
        sink_(sink),
        errors_(std::move(errors)),
        reader_({options.files, 256UL * 1024, options.line_bytes_max}, interrupt),
        chunks_(reader_, options.files.size(), chunk_size(options.request, sink)) {}

  WriteRunTotals run() {
    const bool at_once = options_.concurrency > 1 && !sink_.is_one_stream();
    const unsigned threads = at_once ? options_.concurrency : 2;
    std::string fault;  // of this thread
    InOrder<Chunk, Sent>::run(
        {threads, threads + 2}, [&] { return next(fault); },
        [](const Chunk&) { return std::size_t{1}; },
        [&](Chunk chunk) {
          Sent sent{std::move(chunk), 0, {}};
          sink_.prepare(sent.chunk);
          if (at_once) send(sent);
          return sent;
        },
        [&](Sent sent) {
          if (!at_once) send(sent);
          const bool go_on = take(std::move(sent));
          if (!go_on) interrupt_.stop();
          return go_on;
        });
    if (totals_.fault.empty()) totals_.fault = std::move(fault);
    if (totals_.fault.empty()) totals_.fault = chunks_.fault();
    if (begun_) keep(sink_.end(totals_.fault.empty()));
    if (begun_ && !totals_.fault.empty() && sink_.is_all_or_nothing()) totals_.written = 0;
    if (errors_) keep(errors_->close());
    totals_.signal = interrupt_.signal();
    return std::move(totals_);
  }

 private:
  static std::size_t chunk_size(const WriteRequest& request, const Sink& sink) {
    const std::size_t by_default = sink.chunk_size_default();
    if (by_default == 0 || request.chunk_size == 0) return by_default;
    return std::min(request.chunk_size, sink.chunk_size_max());
  }

  std::optional<Chunk> next(std::string& fault) {
    auto chunk = chunks_.next();
    share_ = reader_.share().value_or(-1);
    if (!chunk || begun_) return chunk;
    const auto begun = tried_again(interrupt_, [&] { return sink_.begin(options_.request); });
    if (begun) {
      begun_ = true;
      return chunk;
    }
    fault = whole_text(begun.error());
    return std::nullopt;
  }

  /// What a record that cannot be sent keeps from being sent: all of its chunk.
  bool ends_at_refused(const Chunk& chunk) const {
    return !chunk.refused.empty() && !options_.request.ignore_errors;
  }

  void send(Sent& sent) const {
    if (ends_at_refused(sent.chunk)) {
      sent.fault = fmt::format("a record was refused (what was written ends before line {})",
                               sent.chunk.first_line);
      return;
    }
    if (sent.chunk.records == 0) return;
    auto outcome = tried_again(interrupt_, [&] { return sink_.send(sent.chunk); });
    sent.written = outcome ? sent.chunk.records : 0;
    if (!outcome)
      sent.fault = fmt::format("{} (what was written ends before line {})",
                               whole_text(outcome.error()), sent.chunk.first_line);
    else if (ends_at_refused(sent.chunk))
      sent.fault = "a record was refused (the others of its chunk were written)";
  }

  /// In order, on one thread.
  bool take(Sent sent) {
    // Those that were left out come before those that the server refused.
    std::sort(sent.chunk.refused.begin(), sent.chunk.refused.end(),
              [](const auto& a, const auto& b) { return a.line < b.line; });
    for (const auto& refused : sent.chunk.refused) {
      ++totals_.refused;
      progress_.tell(told(refused, options_.files) + "\n");
      if (!errors_ || refused.record.empty()) continue;
      if (const auto written = errors_->write(refused.record + "\n"); !written)
        keep(fail(written.error()));
    }
    totals_.written += sent.written;
    if (totals_.fault.empty()) totals_.fault = std::move(sent.fault);
    progress_.show(totals_.written, totals_.refused,
                   share_ < 0 ? std::nullopt : std::optional<double>(share_));
    return totals_.fault.empty();
  }

  void keep(const Result<void>& outcome) {
    if (!outcome && totals_.fault.empty()) totals_.fault = outcome.error().message;
  }

  const WriteRunOptions& options_;
  Interrupt& interrupt_;
  Sink& sink_;
  std::optional<Output> errors_;
  LineReader reader_;
  ChunkReader chunks_;
  bool begun_ = false;
  Progress progress_;
  std::atomic<double> share_{-1};  // below 0: not known
  WriteRunTotals totals_;
};

}  // namespace

Result<WriteRunTotals> run_write(const WriteRunOptions& options, Interrupt& interrupt, Sink& sink) {
  std::optional<Output> errors;
  if (!options.errors_file.empty()) {
    TRY(auto file, Output::create(options.errors_file, options.files));
    errors.emplace(std::move(file));
  }
  return Run(options, interrupt, sink, std::move(errors)).run();
}

}  // namespace lectern::pipeline
