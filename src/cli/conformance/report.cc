#include "cli/conformance/report.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/json/json.h"
#include "base/json/writer.h"

namespace lectern::cli::conformance {
namespace {

using xapi::Version;

std::size_t failures_of(const std::vector<Outcome>& outcomes) {
  return static_cast<std::size_t>(std::count_if(outcomes.begin(), outcomes.end(),
                                                [](const Outcome& one) { return !one.passed; }));
}

/// Text for XML 1.0: what may not stand there, and what is not ASCII, is a question mark.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c >= ' ' && c < 0x7F ? c : c == '\n' || c == '\t' ? ' ' : '?';
    }
  return out;
}

std::string junit_suite(Version version, const std::vector<Outcome>& outcomes) {
  std::vector<Outcome> own;
  std::copy_if(outcomes.begin(), outcomes.end(), std::back_inserter(own),
               [&](const Outcome& one) { return one.version == version; });
  if (own.empty()) return "";
  std::string cases;
  double seconds = 0;
  for (const auto& one : own) {
    seconds += one.seconds;
    cases += fmt::format("    <testcase classname=\"xAPI {}\" name=\"{} {}\" time=\"{:.3f}\"",
                         xapi::text_of(version), one.check->id, escaped(one.check->requirement),
                         one.seconds);
    cases += one.passed ? "/>\n"
                        : fmt::format(
                              ">\n      <failure message=\"{}\">{}</failure>\n    "
                              "</testcase>\n",
                              escaped(one.reason), escaped(one.check->section));
  }
  return fmt::format(
      "  <testsuite name=\"xAPI {}\" tests=\"{}\" failures=\"{}\" time=\"{:.3f}\">\n{}  "
      "</testsuite>\n",
      xapi::text_of(version), own.size(), failures_of(own), seconds, cases);
}

}  // namespace

std::string as_line(const Outcome& outcome, bool colours) {
  const char* const mark = outcome.passed ? "ok  " : "FAIL";
  const char* const colour = !colours ? "" : outcome.passed ? "\x1b[32m" : "\x1b[31m";
  std::string line = fmt::format("{}{}{} {} {} ({}) {}\n", colour, mark, colours ? "\x1b[0m" : "",
                                 xapi::text_of(outcome.version), outcome.check->id,
                                 outcome.check->section, outcome.check->requirement);
  if (!outcome.passed) line += fmt::format("       {}\n", outcome.reason);
  return line;
}

std::string summary(const std::vector<Outcome>& outcomes, bool colours) {
  const auto failed = failures_of(outcomes);
  std::string out;
  if (failed > 0) out += "\nWhat failed:\n";
  for (const auto& one : outcomes)
    if (!one.passed) out += as_line(one, colours);
  return out + fmt::format("{} passed, {} failed\n", outcomes.size() - failed, failed);
}

std::string as_json(const std::vector<Outcome>& outcomes) {
  const auto failed = failures_of(outcomes);
  json::Writer json;
  json.object().member("passed", outcomes.size() - failed).member("failed", failed);
  json.key("checks").array();
  for (const auto& one : outcomes) {
    json.on_line(2).object().member("version", xapi::text_of(one.version));
    json.member("id", one.check->id).member("section", one.check->section);
    json.member("requirement", one.check->requirement).member("passed", one.passed);
    json.member("reason", one.reason).end();
  }
  return json.end_on_line().end().line().take();
}

std::string as_junit(const std::vector<Outcome>& outcomes) {
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"lectern conformance\" "
      "tests=\"{}\" failures=\"{}\">\n{}{}</testsuites>\n",
      outcomes.size(), failures_of(outcomes), junit_suite(Version::v1_0_3, outcomes),
      junit_suite(Version::v2_0_0, outcomes));
}

}  // namespace lectern::cli::conformance
