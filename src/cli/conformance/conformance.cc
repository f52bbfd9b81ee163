#include "cli/conformance/conformance.h"

#include <cstdio>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "base/json.h"
#include "cli/conformance/check.h"
#include "cli/password_input.h"

namespace lectern::cli {
namespace {

using namespace conformance;
using xapi::Version;

struct Outcome {
  const Check* check;
  Version version;
  bool passed;
  std::string reason;
};

std::vector<const Check*> all_checks() {
  std::vector<const Check*> all;
  for (const auto group : {service_checks(), validation_checks(), statement_checks(),
                           query_checks(), attachment_checks(), document_checks()})
    for (const auto& check : group) all.push_back(&check);
  return all;
}

bool holds_in(const Check& check, Version version) {
  return check.applies == Applies::both ||
         (check.applies == Applies::only_1_0_3) == (version == Version::v1_0_3);
}

/// `ok   1.0.3 STM-01 (Data 2.3.1) An equal ...`, in colours on a terminal.
void print_line(const Outcome& outcome) {
  const bool colours = isatty(fileno(stdout)) == 1;
  const char* const mark = outcome.passed ? "ok  " : "FAIL";
  const char* const colour = !colours ? "" : outcome.passed ? "\x1b[32m" : "\x1b[31m";
  fmt::print("{}{}{} {} {} ({}) {}\n", colour, mark, colours ? "\x1b[0m" : "",
             xapi::text_of(outcome.version), outcome.check->id, outcome.check->section,
             outcome.check->requirement);
  if (!outcome.passed) fmt::print("       {}\n", outcome.reason);
  std::fflush(stdout);
}

std::string as_json(const std::vector<Outcome>& outcomes, std::size_t failed) {
  std::string list;
  for (const auto& one : outcomes) {
    list += list.empty() ? "\n  " : ",\n  ";
    list += fmt::format(
        R"({{"version":"{}","id":"{}","section":"{}","requirement":{},"passed":{},"reason":{}}})",
        xapi::text_of(one.version), one.check->id, one.check->section,
        json::quoted(one.check->requirement), one.passed, json::quoted(one.reason));
  }
  return fmt::format("{{\"passed\":{},\"failed\":{},\"checks\":[{}\n]}}\n",
                     outcomes.size() - failed, failed, list);
}

Outcome run_check(net::HttpClient& client, const Subject& subject, const Check& check,
                  Version version) {
  Probe probe(client, subject, version);
  const auto result = check.run(probe);
  if (result) return {&check, version, true, {}};
  const auto& error = result.error();
  return {&check, version, false,
          error.detail.empty() ? error.message : error.message + ": " + error.detail};
}

/// Whether anything answers there, so that one line says so instead of sixty failures.
bool answers(net::HttpClient& client, const Subject& subject) {
  Probe probe(client, subject, Version::v1_0_3);
  const auto about = probe.send({.path = "/about"});
  if (about) return true;
  fmt::print(stderr, "Error: nothing answers at {}: {}\n", net::without_credentials(subject.url),
             about.error().detail);
  return false;
}

int run_conformance(const Invocation& invocation) {
  Subject subject;
  subject.url = invocation.value("URL").value_or("");
  while (subject.url.ends_with('/')) subject.url.pop_back();
  if (!subject.url.starts_with("http://") && !subject.url.starts_with("https://"))
    return usage_error(invocation,
                       "URL must begin with http:// or https://, and is the endpoint "
                       "that /statements is appended to");
  subject.username = invocation.value("--username").value_or("");
  if (!subject.username.empty()) {
    auto password = password_of(invocation, false);
    if (!password) return failure(password.error().message);
    subject.password = std::move(*password);
  }
  const std::string wanted = invocation.value("--version").value_or("all");
  if (wanted != "all" && wanted != "1.0.3" && wanted != "2.0.0")
    return usage_error(invocation, "--version must be 1.0.3, 2.0.0 or all");
  const std::string only = invocation.value("--only").value_or("");

  net::HttpClient client;
  if (!answers(client, subject)) return 1;
  std::vector<Outcome> outcomes;
  std::size_t failed = 0;
  for (const Version version : {Version::v1_0_3, Version::v2_0_0}) {
    if (wanted != "all" && wanted != xapi::text_of(version)) continue;
    for (const Check* check : all_checks()) {
      if (!holds_in(*check, version) || !check->id.starts_with(only)) continue;
      outcomes.push_back(run_check(client, subject, *check, version));
      if (!outcomes.back().passed) ++failed;
      if (!invocation.has("--json")) print_line(outcomes.back());
    }
  }
  if (invocation.has("--json"))
    fmt::print("{}", as_json(outcomes, failed));
  else
    fmt::print("{} passed, {} failed\n", outcomes.size() - failed, failed);
  return failed == 0 && !outcomes.empty() ? 0 : 1;
}

}  // namespace

Command conformance_command() {
  std::vector<Option> options = {
      {"URL", "URL", "Its endpoint, such as http://localhost:8100/xAPI", true},
      {"-u,--username", "NAME", "User for Basic authentication"}};
  for (auto& option : password_options()) options.push_back(std::move(option));
  options.push_back({"--version", "VERSION", "1.0.3, 2.0.0 or all (the default)"});
  options.push_back({"--only", "ID", "Only the checks whose id begins so, e.g. STM or STM-03"});
  options.push_back({"--json", "", "Print one JSON object"});
  return {"conformance", "Check any LRS against the rules of the standard", std::move(options),
          run_conformance};
}

}  // namespace lectern::cli
