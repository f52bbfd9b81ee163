#include "cli/commands/pipe/export.h"

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/time/time.h"
#include "cli/commands/remote.h"
#include "pipeline/interrupt.h"

namespace lectern::cli {
namespace {

using namespace std::chrono;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

/// Where an export goes: stdout, or a file that has its name only once it is whole.
class Destination {
 public:
  static Result<Destination> open(const std::string& path) {
    Destination out;
    out.path_ = path;
    if (path.empty()) return out;
    out.file_.reset(std::fopen(out.part().c_str(), "wb"));
    if (!out.file_) return out.fault();
    return out;
  }

  Result<bool> write(std::string_view bytes) {
    std::FILE* const to = file_ ? file_.get() : stdout;
    if (std::fwrite(bytes.data(), 1, bytes.size(), to) != bytes.size()) return fault();
    return true;
  }

  Result<void> finish() {
    if (!file_) return std::fflush(stdout) == 0 ? Result<void>() : Result<void>(fault());
    if (std::fclose(file_.release()) != 0 || std::rename(part().c_str(), path_.c_str()) != 0)
      return fault();
    return {};
  }

 private:
  std::string part() const { return path_ + ".part"; }
  tl::unexpected<Error> fault() const {
    return fail(Code::internal, (path_.empty() ? "stdout" : path_) + ": " + std::strerror(errno));
  }

  std::string path_;
  std::unique_ptr<std::FILE, CloseFile> file_;
};

/// One file, and the instants between which its statements were stored.
struct Piece {
  std::string path;
  xapi::Parameters window;
};

std::string month_text(year_month month) {
  return fmt::format("{:04}-{:02}", static_cast<int>(month.year()),
                     static_cast<unsigned>(month.month()));
}

/// `statements.csv` with the month: `statements-2026-11.csv`.
std::string path_with(const std::string& path, const std::string& month) {
  std::filesystem::path name(path);
  const auto stem = name.stem().string() + "-" + month + name.extension().string();
  return name.replace_filename(stem).string();
}

std::optional<year_month> month_of(std::string_view text) {
  const auto time = parse_time(text);
  if (!time) return std::nullopt;
  const year_month_day date(floor<days>(*time));
  return date.year() / date.month();
}

/// A file for each month from --since on, in UTC; a month's last instant belongs to it.
Result<std::vector<Piece>> months(const std::string& path, const xapi::Parameters& filters) {
  const auto since = xapi::value_of(filters, "since");
  const auto first = since ? month_of(*since) : std::nullopt;
  if (path.empty() || !first)
    return fail(Code::invalid, "--split month: --output and --where since=... are wanted too");
  const auto until = xapi::value_of(filters, "until");
  const Time end = until ? parse_time(*until).value_or(now()) : now();
  std::vector<Piece> pieces;
  for (year_month month = *first; sys_days(month / 1) < end; month += std::chrono::months(1)) {
    const Time begin = sys_days(month / 1) - microseconds(1);
    const Time next = sys_days((month + std::chrono::months(1)) / 1) - microseconds(1);
    Piece piece{path_with(path, month_text(month)), {}};
    piece.window.emplace_back("since", month == *first ? std::string(*since) : utc_text(begin));
    piece.window.emplace_back("until", utc_text(std::min(next, end)));
    pieces.push_back(std::move(piece));
  }
  return pieces;
}

Result<bool> export_piece(const Remote& remote, const Piece& piece, xapi::Parameters how,
                          const pipeline::Interrupt& interrupt) {
  for (const auto& one : piece.window) how.push_back(one);
  TRY(auto out, Destination::open(piece.path));
  const auto take = [&](std::string_view bytes) { return out.write(bytes); };
  TRY(const bool whole, receive(remote, remote.request("/extensions/export", how), take,
                                [&] { return interrupt.stopped(); }));
  if (!whole) return false;
  RETURN_IF_ERROR(out.finish());
  if (!piece.path.empty()) fmt::print(stderr, "{}\n", piece.path);
  return true;
}

Result<bool> export_all(const Invocation& invocation, const pipeline::Interrupt& interrupt) {
  TRY(auto remote, remote_of(invocation));
  xapi::Parameters how{{"format", invocation.value("--format").value_or("jsonl")}};
  if (const auto after = invocation.value("--after")) how.emplace_back("after", *after);
  if (invocation.has("--column"))
    for (const auto& column : invocation.values.find("--column")->second)
      how.emplace_back("column", column);
  const auto path = invocation.value("--output").value_or("");
  const auto split = invocation.value("--split");
  if (!split) return export_piece(remote, {path, {}}, how, interrupt);
  if (*split != "month") return fail(Code::invalid, "--split: month is wanted");
  TRY(const auto pieces, months(path, remote.filters));
  std::erase_if(remote.filters,
                [](const auto& one) { return one.first == "since" || one.first == "until"; });
  for (const Piece& piece : pieces) {
    TRY(const bool whole, export_piece(remote, piece, how, interrupt));
    if (!whole) return false;
  }
  return true;
}

int run_export(const Invocation& invocation) {
  const pipeline::Interrupt interrupt;
  const auto whole = export_all(invocation, interrupt);
  if (interrupt.signal() != 0) pipeline::Interrupt::end_by(interrupt.signal());
  if (!whole) return failure(whole.error());
  return *whole ? 0 : 1;
}

}  // namespace

Command export_command() {
  auto options = remote_options();
  options.push_back({"-f,--format", "FORMAT", "jsonl (the default), flat, csv or parquet"});
  Option column{"-c,--column", "COLUMN",
                "For csv: a column's name, or a path such as $.result.score.raw"};
  column.repeatable = true;
  options.push_back(std::move(column));
  options.push_back({"--after", "ID", "Begin behind the statement with this id"});
  options.push_back({"-o,--output", "FILE", "Write there; FILE.part until it is whole"});
  options.push_back({"--split", "month", "A file for each month in which statements were stored"});
  return {"export",
          "Take a server's statements away as JSON lines, CSV or Parquet",
          std::move(options),
          run_export,
          {},
          "What the columns are, and how to read them without guesses, is in docs/export.md.\n"
          "Readers guess types: in DuckDB read CSV with all_varchar = true, in polars with\n"
          "infer_schema=False, in pandas with dtype=str, keep_default_na=False."};
}

}  // namespace lectern::cli
