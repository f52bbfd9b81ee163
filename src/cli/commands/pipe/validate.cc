#include "cli/commands/pipe/validate.h"

#include <array>
#include <atomic>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/commands/pipe/line_command.h"
#include "models/check.h"
#include "pipeline/output.h"
#include "pipeline/refusal_report.h"
#include "pipeline/standard.h"

namespace lectern::cli {
namespace {

using pipeline::Line;
using pipeline::Refusal;

Refusal told(models::Refusal refusal) {
  return Refusal{refusal.unknown, std::move(refusal.pointer), refusal.rule, refusal.rule};
}

/// Judges a line; what is valid is appended as it goes out.
using Judge = pipeline::LineWork;

/// What is valid goes out as it came, which the run sees to (LineRunOptions::passes_on).
Judge passing_on(std::function<std::optional<Refusal>(std::string_view)> check) {
  return [check = std::move(check)](const Line& line, std::string&) { return check(line.text); };
}

Judge by_models(models::Family family, bool prints) {
  if (!prints)
    return passing_on([=](std::string_view record) -> std::optional<Refusal> {
      auto checked = models::check(family, record);
      if (checked) return std::nullopt;
      return told(std::move(checked).error());
    });
  return [=](const Line& line, std::string& out) -> std::optional<Refusal> {
    auto text = models::printed(family, line.text);
    if (!text) return told(std::move(text).error());
    out += *text;
    out += '\n';
    return std::nullopt;
  };
}

/// How often each thing was mended, by all threads.
using Mended = std::array<std::atomic<std::uint64_t>, pipeline::mendings_count>;

/// What is valid once it is mended goes out as it is then.
Judge mending(std::optional<xapi::Version> version, pipeline::Receiver receiver, Mended& mended) {
  return [=, &mended](const Line& line, std::string& out) {
    pipeline::Mendings made{};
    auto refusal = pipeline::mend_and_check(line.text, version, receiver, made, out);
    if (!refusal) out += '\n';
    for (std::size_t i = 0; i < made.size(); ++i)
      if (made[i] > 0) mended[i] += made[i];
    return refusal;
  };
}

void tell_mended(const Mended& mended) {
  for (std::size_t i = 0; i < mended.size(); ++i)
    if (const auto count = mended[i].load(); count > 0)
      fmt::print(stderr, "Repaired: {}: {}\n", name_of(static_cast<pipeline::Mending>(i)), count);
}

/// What judges a record, by -f, --standard and the program's name; nothing for a wrong use.
Judge judge(const Invocation& invocation, Mended& mended) {
  const auto format = invocation.value("--format");
  const auto standard = invocation.value("--standard");
  const bool prints = invocation.has("--ralph-output"), repairs = invocation.has("--repair");
  if (repairs && (format != "xapi" || prints || standard == "ralph")) return {};
  if (format == "edx" && !standard) return by_models(models::Family::edx, prints);
  if (format != "xapi") return {};
  const bool by_ralph = prints || invocation.program == "ralph";
  if (standard == "ralph" || (!standard && by_ralph && !repairs))
    return by_models(models::Family::xapi, prints);
  const auto version = standard ? xapi::parse_version(*standard) : std::nullopt;
  if (prints || (standard && !version)) return {};
  const auto receiver =
      invocation.has("--for") ? pipeline::Receiver::learning_locker : pipeline::Receiver::any;
  if (repairs) return mending(version, receiver, mended);
  return passing_on(
      [=](std::string_view record) { return pipeline::check_standard(record, version, receiver); });
}

Result<void> write_report(const std::string& path, const pipeline::RefusalReport& report,
                          const pipeline::LineRunTotals& totals,
                          const std::vector<std::string>& inputs) {
  TRY(auto file, pipeline::Output::create(path, inputs));
  RETURN_IF_ERROR(file.write(report.json(totals)));
  if (isatty(STDERR_FILENO) == 1) fmt::print(stderr, "{}", report.table());
  return file.close();
}

int run_validate(const Invocation& invocation) {
  Mended mended{};
  const auto check = judge(invocation, mended);
  if (!check)
    return usage_error(invocation,
                       "--format must be edx or xapi; with xapi --standard may be 1.0.3, 2.0.0 or "
                       "ralph, with --ralph-output only ralph, and with --repair not ralph");
  if (invocation.has("--for") && invocation.value("--for") != "learninglocker")
    return usage_error(invocation, "--for must be learninglocker");
  auto options = line_options(invocation);
  if (!options) return 2;
  options->passes_on = !invocation.has("--ralph-output") && !invocation.has("--repair");
  pipeline::RefusalReport report;
  const auto report_file = invocation.value("--report");
  if (report_file)
    options->on_refused = [&](const pipeline::RefusedRecord& refused) { report.add(refused); };
  return run_lines(invocation, *options, check,
                   [&](const pipeline::LineRunTotals& totals) -> Result<void> {
                     tell_mended(mended);
                     if (!report_file) return {};
                     return write_report(*report_file, report, totals, options->files);
                   });
}

}  // namespace

Command validate_command() {
  return {
      "validate", "Pass on the lines that are valid, and say of the others where and why",
      with_line_options(
          {{"-f,--format", "FORMAT", "edx: events of Open edX; xapi: statements", true},
           {"--standard", "VERSION",
            "Of xapi: 1.0.3 or 2.0.0, the whole standard (without it each statement's own "
            "version); or ralph: Ralph's 38 models, as when called ralph"},
           {"--ralph-output", "",
            "Print of valid records what Ralph prints of them: its models' values written anew"},
           {"--for", "STORE",
            "Of xapi: refuse too what learninglocker refuses though the standard allows it"},
           {"--repair", "",
            "Of xapi: mend what tables and Learning Locker leave (members that are null, dates "
            "without a time), and count it"},
           ignore_errors_option(),
           fail_on_unknown_option(),
           {"--report", "FILE", "Sum refusals up there as JSON, by rule and by sender"}}),
      run_validate};
}

}  // namespace lectern::cli
