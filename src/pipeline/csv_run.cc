#include "pipeline/csv_run.h"

#include <utility>

#include <fmt/format.h>

#include "pipeline/output.h"
#include "pipeline/progress.h"

namespace lectern::pipeline {
namespace {

using models::csv::Mapping;
using models::csv::Row;

constexpr std::size_t read_bytes = 64 * 1024;
constexpr std::size_t write_bytes = 64 * 1024;

/// A row as RFC 4180 has it, with its line end.
std::string line_of(const Row& row, char separator) {
  std::string line;
  for (const auto& cell : row) {
    if (!line.empty()) line += separator;
    line += '"';
    for (const char c : cell) line.append(c == '"' ? 2 : 1, c);
    line += '"';
  }
  return line + "\r\n";
}

class CsvRun {
 public:
  CsvRun(const LineRunOptions& options, Interrupt& interrupt, Mapping mapping,
         std::optional<Output> errors)
      : options_(options),
        interrupt_(interrupt),
        mapping_(std::move(mapping)),
        errors_(std::move(errors)) {}

  LineRunTotals run() {
    for (file_ = 0; file_ < options_.files.size() && goes_on(); ++file_) {
      note(read_file());
      flush();
    }
    if (errors_) note(errors_->close());
    totals_.signal = interrupt_.signal();
    return std::move(totals_);
  }

 private:
  bool goes_on() const {
    return totals_.fault.empty() && !totals_.stopped && !totals_.pipe_closed &&
           !interrupt_.stopped();
  }

  void note(const Result<void>& outcome) {
    if (!outcome && totals_.fault.empty()) totals_.fault = outcome.error().message;
  }

  Result<void> read_file() {
    TRY(const auto input, Input::open(options_.files[file_], interrupt_));
    models::csv::Reader reader(mapping_.separator());
    bool bound = false;
    std::string buffer(read_bytes, '\0');
    for (bool ended = false; goes_on();) {
      auto row = reader.next();
      if (!row) return fail(Code::invalid, input->name() + ": " + row.error().message);
      if (*row) {
        RETURN_IF_ERROR(bound ? take(**row, reader.line()) : bind(**row, input->name()));
        bound = true;
        continue;
      }
      if (ended) return {};
      TRY(const auto bytes, input->read(buffer));
      ended = bytes == 0;
      if (ended && interrupt_.stopped()) return {};
      if (ended)
        reader.end();
      else
        reader.feed(std::string_view(buffer).substr(0, bytes));
    }
    return {};
  }

  Result<void> bind(const Row& header, const std::string& name) {
    if (const auto bound = mapping_.bind(header); !bound)
      return fail(Code::invalid, fmt::format("{}: {} of the mapping: {}", name, bound.error().path,
                                             bound.error().message));
    return write_error_row(header);
  }

  Result<void> take(const Row& row, std::size_t line) {
    ++totals_.records;
    auto made = mapping_.statements(row);
    progress_.show(totals_.records, totals_.refused, std::nullopt);
    if (made) {
      for (const auto& statement : *made) (out_ += statement) += '\n';
      if (out_.size() >= write_bytes) flush();
      return {};
    }
    ++totals_.refused;
    totals_.stopped = options_.stop_at_refused;
    auto& refusal = made.error();
    const RefusedRecord refused{
        file_, line, {}, {false, std::move(refusal.pointer), refusal.rule, refusal.rule}};
    if (options_.on_refused) options_.on_refused(refused);
    progress_.tell(told(refused, options_.files) + "\n");
    return write_error_row(row);
  }

  Result<void> write_error_row(const Row& row) {
    if (!errors_) return {};
    TRY(const bool open, errors_->write(line_of(row, mapping_.separator())));
    static_cast<void>(open);  // a file, or a pipe whose reader has what it wants
    return {};
  }

  void flush() {
    const auto written = output_.write(out_);
    out_.clear();
    if (!written) note(fail(written.error()));
    totals_.pipe_closed = totals_.pipe_closed || (written && !*written);
  }

  const LineRunOptions& options_;
  Interrupt& interrupt_;
  Mapping mapping_;
  std::optional<Output> errors_;
  std::size_t file_ = 0;
  std::string out_;
  Output output_ = Output::to_stdout();
  Progress progress_;
  LineRunTotals totals_;
};

}  // namespace

Result<LineRunTotals> run_csv(const LineRunOptions& options, Interrupt& interrupt,
                              Mapping mapping) {
  std::optional<Output> errors;
  if (!options.errors_file.empty()) {
    TRY(auto file, Output::create(options.errors_file, options.files));
    errors.emplace(std::move(file));
  }
  return CsvRun(options, interrupt, std::move(mapping), std::move(errors)).run();
}

}  // namespace lectern::pipeline
