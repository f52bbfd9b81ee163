#include "cli/conformance/conformance.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <vector>

#include <fmt/format.h>

#include "cli/conformance/check.h"
#include "cli/conformance/preflight.h"
#include "cli/conformance/report.h"
#include "cli/terminal/colours.h"
#include "cli/users/password_input.h"

namespace lectern::cli {
namespace {

using namespace conformance;
using xapi::Version;

constexpr int could_not_begin = 2;

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

/// A wish of our own defaults, where that is why the version header's check fails.
std::string advice(Probe& probe, const Check& check, bool is_lectern) {
  if (!is_lectern || check.id != "SRV-01") return "";
  const auto answer =
      probe.send({.path = "/statements", .query = {{"limit", "1"}}, .version = "-"});
  if (!answer || answer->status != 200) return "";
  return ". This is a Lectern, which serves requests without the header as Ralph does: set "
         "LECTERN_LRS_REQUIRE_VERSION_HEADER=true there, and the check passes";
}

Outcome run_check(Probe& probe, const Check& check, bool is_lectern) {
  const auto begin = std::chrono::steady_clock::now();
  const auto result = check.run(probe);
  Outcome outcome{&check, probe.version(), result.has_value(), {}};
  outcome.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  if (result) return outcome;
  const auto& error = result.error();
  outcome.reason = error.message + (error.detail.empty() ? "" : ": ") + error.detail +
                   advice(probe, check, is_lectern);
  return outcome;
}

/// Deletes the documents that were written. How many stay.
std::size_t clean_up(net::HttpClient& client, const Subject& subject, const Traces& traces) {
  Traces none;
  Probe probe(client, subject, Version::v1_0_3, none);
  std::size_t left = 0;
  for (const auto& call : traces.documents) {
    const auto answer = probe.send(call);
    if (!answer || (answer->status != 204 && answer->status != 200 && answer->status != 404))
      ++left;
  }
  return left;
}

void tell_what_stays(const Subject& subject, const Traces& traces, std::size_t documents) {
  fmt::print(stderr,
             "{} statements stay at {}: xAPI has no way to delete them. They are of actors at, and "
             "about activities below, conformance.example.\n",
             traces.statements.size(), net::without_credentials(subject.url));
  if (documents > 0) fmt::print(stderr, "{} documents could not be deleted.\n", documents);
}

/// What was asked for on the command line.
struct Wanted {
  Subject subject;
  std::vector<Version> versions;
  std::string only;
};

/// The Error is one of use.
Result<Wanted> wanted_of(const Invocation& invocation) {
  Wanted wanted;
  auto& url = wanted.subject.url;
  url = invocation.value("URL").value_or("");
  while (url.ends_with('/')) url.pop_back();
  if (!url.starts_with("http://") && !url.starts_with("https://"))
    return fail(Code::invalid,
                "URL must begin with http:// or https://, and is the endpoint that /statements is "
                "appended to");
  const std::string versions = invocation.value("--version").value_or("all");
  for (const Version version : {Version::v1_0_3, Version::v2_0_0})
    if (versions == "all" || versions == xapi::text_of(version)) wanted.versions.push_back(version);
  if (wanted.versions.empty()) return fail(Code::invalid, "--version must be 1.0.3, 2.0.0 or all");
  wanted.only = invocation.value("--only").value_or("");
  const auto checks = all_checks();
  if (std::none_of(checks.begin(), checks.end(),
                   [&](const Check* check) { return check->id.starts_with(wanted.only); }))
    return fail(Code::invalid,
                "no check's id begins with '" + wanted.only +
                    "': they are SRV-01, VAL-01, STM-01, QRY-01, ATT-01, DOC-01 ...");
  wanted.subject.username = invocation.value("--username").value_or("");
  if (!wanted.subject.username.empty()) {
    TRY(wanted.subject.password, password_of(invocation, false));
  }
  return wanted;
}

int run_conformance(const Invocation& invocation) {
  const auto wanted = wanted_of(invocation);
  if (!wanted) return usage_error(invocation, wanted.error().message);
  const auto& subject = wanted->subject;
  net::HttpClient client;
  const auto preflight = look_first(client, subject);
  if (!preflight.obstacle.empty()) {
    failure(preflight.obstacle);
    return could_not_begin;
  }
  std::FILE* junit = nullptr;
  if (const auto path = invocation.value("--junit")) {
    junit = std::fopen(path->c_str(), "w");
    if (junit == nullptr) {
      failure(fmt::format("--junit {}: {}", *path, std::strerror(errno)));
      return could_not_begin;
    }
  }
  const bool as_lines = !invocation.has("--json"), colours = wants_colours(stdout);
  if (as_lines)
    fmt::print(stderr, "Warning: statements are stored at {} that nothing can delete.\n",
               net::without_credentials(subject.url));
  Traces traces;
  std::vector<Outcome> outcomes;
  for (const Version version : wanted->versions)
    for (const Check* check : all_checks()) {
      if (!holds_in(*check, version) || !check->id.starts_with(wanted->only)) continue;
      Probe probe(client, subject, version, traces);
      outcomes.push_back(run_check(probe, *check, preflight.is_lectern));
      if (!as_lines) continue;
      fmt::print("{}", as_line(outcomes.back(), colours));
      std::fflush(stdout);
    }
  tell_what_stays(subject, traces, clean_up(client, subject, traces));
  if (junit != nullptr) {
    fmt::print(junit, "{}", as_junit(outcomes));
    std::fclose(junit);
  }
  fmt::print("{}", as_lines ? summary(outcomes, colours) : as_json(outcomes));
  return std::all_of(outcomes.begin(), outcomes.end(), [](const auto& one) { return one.passed; })
             ? 0
             : 1;
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
  options.push_back({"--junit", "FILE", "Write the outcomes there as JUnit's XML too"});
  return {
      "conformance",
      "Check any LRS against the rules of the standard",
      std::move(options),
      run_conformance,
      {},
      "Documents that it writes are deleted in the end; statements stay, since xAPI cannot delete "
      "them.\nExit code: 0 all hold, 1 one does not, 2 the checks could not begin."};
}

}  // namespace lectern::cli
