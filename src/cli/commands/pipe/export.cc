#include "cli/commands/pipe/export.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "base/json/json.h"
#include "base/json/writer.h"
#include "base/time/time.h"
#include "cli/commands/pipe/export_files.h"
#include "cli/commands/pipe/export_place.h"
#include "cli/commands/remote.h"
#include "cli/settings/setting_value.h"
#include "cli/terminal/progress_bar.h"
#include "pipeline/interrupt.h"

namespace lectern::cli {
namespace {

using namespace std::chrono;

constexpr int tries_max = 5;  // in a row, after which nothing came
constexpr seconds before_next_try{1};
constexpr seconds count_timeout{5};
constexpr std::size_t count_bytes_max = 1 << 20;

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

ExportUnit unit_of(std::string_view format) {
  if (format == "parquet") return ExportUnit::file;
  return format == "csv" ? ExportUnit::row : ExportUnit::line;
}

void begin_behind(xapi::Parameters& how, const std::string& id) {
  std::erase_if(how, [](const auto& one) { return one.first == "after"; });
  how.emplace_back("after", id);
}

/// One run of the command.
class Run {
 public:
  Run(const Invocation& invocation, Remote remote)
      : invocation_(invocation),
        remote_(std::move(remote)),
        format_(invocation.value("--format").value_or("jsonl")),
        path_(invocation.value("--output").value_or("")),
        bar_("export") {
    how_.emplace_back("format", format_);
    if (const auto after = invocation.value("--after")) how_.emplace_back("after", *after);
    if (!invocation.has("--column")) return;
    for (const auto& column : invocation.values.find("--column")->second)
      how_.emplace_back("column", column);
  }

  /// False: a signal came.
  Result<bool> all(const pipeline::Interrupt& interrupt) {
    const auto split = invocation_.value("--split");
    const bool goes_on = invocation_.has("--continue");
    if ((goes_on || invocation_.has("--json")) && path_.empty())
      return fail(Code::invalid, "--continue and --json: --output is wanted too");
    if (split == "month" && goes_on)
      return fail(Code::invalid, "--continue: with --split SIZE or without --split");
    // The place is an instant of `stored`, which `since` would take for one of `timestamp`.
    if (goes_on && xapi::value_of(remote_.filters, "clock") == "timestamp")
      return fail(Code::invalid, "--continue: without --where clock=timestamp");
    if (split && goes_on && unit_of(format_) != ExportUnit::line)
      return fail(Code::invalid, "--continue with --split SIZE: jsonl or flat is wanted");
    total_ = count();
    if (goes_on) return go_on(split, interrupt);
    if (split == "month") return by_month(interrupt);
    ExportFiles::Options options{path_, unit_of(format_), split.has_value(), 0, 0};
    if (split) {
      TRY(options.bytes_max, size_of(*split));
    }
    ExportFiles files(std::move(options));
    return fill(files, {}, interrupt);
  }

  /// What was written, as JSON.
  std::string told() const {
    json::Writer json(json::Writer::Style::spaced);
    json.object().key("files").array();
    for (const auto& file : whole_) {
      json.object().member("path", file.path).member("bytes", file.bytes);
      if (unit_of(format_) != ExportUnit::file) json.member("statements", file.statements);
      json.end();
    }
    return json.end().member("through", through_).end().take();
  }

 private:
  Result<std::uint64_t> size_of(const std::string& text) const {
    constexpr Row row{"SPLIT_BYTES_MAX", Kind::integer, "", "", 1 << 16, std::int64_t{1} << 50};
    const auto size = read_integer(row, text);
    if (!size) return fail(Code::invalid, "--split: month, or " + size.error().message);
    if (path_.empty() || unit_of(format_) == ExportUnit::file)
      return fail(Code::invalid,
                  "--split SIZE: --output and a format of lines (jsonl, flat, csv) are wanted too");
    return static_cast<std::uint64_t>(*size);
  }

  /// How many statements are coming, for the bar; 0 where nobody looks, or the server does not say.
  std::uint64_t count() const {
    if (isatty(STDERR_FILENO) == 0) return 0;
    Remote remote = remote_;
    remote.options.timeout = count_timeout;
    std::string body;
    const auto take = [&](std::string_view bytes) {
      body += bytes;
      return body.size() <= count_bytes_max;
    };
    const auto request = remote.request("/extensions/statistics", {{"measure", "count"}});
    const auto told = receive(remote, request, take, [] { return false; });
    const auto document = json::parse(std::move(body));
    if (!told || !document || !(*document)->root().is(json::Type::object)) return 0;
    const auto totals = (*document)->root().find("totals");
    if (!totals || !totals->is(json::Type::object)) return 0;
    const auto count = totals->find("count");
    const bool known = count && count->is(json::Type::number);
    return known ? static_cast<std::uint64_t>(count->as_double()) : 0;
  }

  /// Receives until all has come, also where the connection breaks: lines tell where to go on.
  Result<bool> fill(ExportFiles& files, const xapi::Parameters& window,
                    const pipeline::Interrupt& interrupt) {
    const auto is_stopped = [&] { return interrupt.stopped(); };
    const auto take = [&](std::string_view bytes) {
      auto taken = files.take(bytes);
      if (total_ > 0) bar_.show({told_ + files.statements(), total_});
      return taken;
    };
    for (int tries = 0;;) {
      auto how = how_;
      how.insert(how.end(), window.begin(), window.end());
      const auto last_id = files.last_id();
      if (!last_id.empty()) begin_behind(how, last_id);
      const auto answer =
          receive_answer(remote_, remote_.request("/extensions/export", how), take, is_stopped);
      if (answer && !*answer) return false;
      if (answer) {
        through_ = (*answer)->header("X-Experience-API-Consistent-Through").value_or("");
        break;
      }
      files.forget_rest();
      tries = files.last_id() == last_id ? tries + 1 : 1;
      const bool again = answer.error().code == Code::unavailable && !files.last_id().empty();
      if (!again || tries > tries_max) return tl::unexpected(answer.error());
      bar_.clear();
      fmt::print(stderr, "{}; going on there\n", answer.error().message);
      std::this_thread::sleep_for(before_next_try);
    }
    RETURN_IF_ERROR(files.finish());
    bar_.clear();
    told_ += files.statements();
    for (const auto& file : files.whole()) {
      if (!invocation_.has("--json")) fmt::print(stderr, "{}\n", file.path);
      whole_.push_back(file);
    }
    return true;
  }

  Result<bool> by_month(const pipeline::Interrupt& interrupt) {
    TRY(const auto pieces, months(path_, remote_.filters));
    std::erase_if(remote_.filters,
                  [](const auto& one) { return one.first == "since" || one.first == "until"; });
    for (const Piece& piece : pieces) {
      ExportFiles files({piece.path, unit_of(format_), false, 0, 0});
      TRY(const bool whole, fill(files, piece.window, interrupt));
      if (!whole) return false;
    }
    return true;
  }

  /// What is asked for, as the cursor keeps it: other filters are another export.
  std::string question() const { return remote_.request("/extensions/export", how_).url; }

  /// What has come since the last run of this command, into files with numbers. The cursor is kept
  /// before a file gets its name, so that after a crash it is known whether a part is whole.
  Result<bool> go_on(const std::optional<std::string>& split,
                     const pipeline::Interrupt& interrupt) {
    TRY(const auto held, hold_place(path_));
    TRY(const auto kept, read_place(path_));
    ExportPlace place = kept.value_or(ExportPlace{question(), "", "", 0});
    if (place.question != question())
      return fail(Code::invalid, path_ + ".cursor is of another export: " + place.question);
    if (!kept) RETURN_IF_ERROR(keep_place(path_, place));
    const auto last = numbered_path(path_, place.files);
    std::error_code error;
    if (place.files > 0 && std::filesystem::exists(part_path(last), error))
      std::filesystem::rename(part_path(last), last, error);

    ExportFiles::Options options{path_, unit_of(format_), true, place.files, 0};
    if (split) {
      TRY(options.bytes_max, size_of(*split));
    }
    ExportFiles files(std::move(options));
    RETURN_IF_ERROR(files.take_up());
    files.before_naming = [&](std::uint64_t number, const std::string& last_id) {
      place.files = number;
      if (through_.empty()) {
        place.after = last_id;
      } else {  // the last one: all has come
        place.through = through_;
        place.after.clear();
      }
      return keep_place(path_, place);
    };
    if (!place.after.empty()) begin_behind(how_, place.after);
    if (!place.through.empty()) {
      std::erase_if(remote_.filters, [](const auto& one) { return one.first == "since"; });
      remote_.filters.emplace_back("since", place.through);
    }
    TRY(const bool whole, fill(files, {}, interrupt));
    if (!whole) return false;
    place.through = through_;
    place.after.clear();
    RETURN_IF_ERROR(keep_place(path_, place));
    return true;
  }

  const Invocation& invocation_;
  Remote remote_;
  const std::string format_, path_;
  xapi::Parameters how_;
  ProgressBar bar_;
  std::uint64_t total_ = 0;  // statements that are coming; 0: not known
  std::uint64_t told_ = 0;   // that have come into files before this one
  std::string through_;
  std::vector<ExportFiles::Whole> whole_;
};

Result<bool> run_all(const Invocation& invocation, const pipeline::Interrupt& interrupt) {
  TRY(auto remote, remote_of(invocation));
  Run run(invocation, std::move(remote));
  TRY(const bool whole, run.all(interrupt));
  if (whole && invocation.has("--json")) fmt::print("{}\n", run.told());
  return whole;
}

int run_export(const Invocation& invocation) {
  const pipeline::Interrupt interrupt;
  const auto whole = run_all(invocation, interrupt);
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
  options.push_back({"--split", "month|SIZE",
                     "A file for each month of storing from that of since= on; or files of at most "
                     "SIZE, such as 500MB, with numbers"});
  options.push_back({"--continue", "",
                     "What came since the last run, or since it broke off, into another file; "
                     "FILE.cursor keeps the place"});
  options.push_back({"--json", "", "Tell at the end on stdout which files there are, as JSON"});
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
