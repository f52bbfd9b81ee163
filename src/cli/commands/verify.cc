#include "cli/commands/verify.h"

#include <fmt/format.h>

#include "base/json/json.h"
#include "cli/process/maintenance_control.h"
#include "cli/terminal/progress_bar.h"
#include "store/open.h"
#include "store/open_blobs.h"
#include "store/open_embedded.h"
#include "store/open_verify.h"

namespace lectern::cli {
namespace {

/// A report as the server sent it.
Result<store::VerifyReport> report_of(const std::string& text) {
  TRY(const auto document, json::parse(text));
  const auto root = document->root();
  store::VerifyReport report;
  const auto number = [&](std::string_view name) {
    const auto member = root.find(name);
    return member ? static_cast<std::uint64_t>(member->as_integer().value_or(0)) : 0;
  };
  report.statements = number("statements");
  report.documents = number("documents");
  report.attachments = number("attachments");
  report.wrong = number("wrong");
  const auto lines = [&](std::string_view name, std::vector<std::string>& into) {
    if (const auto member = root.find(name))
      for (const auto line : member->children()) into.emplace_back(line.string());
  };
  lines("faults", report.faults);
  lines("remarks", report.remarks);
  return report;
}

Result<store::VerifyReport> verify_embedded(const Settings& settings, bool repair,
                                            const store::OnProgress& on_progress) {
  if (!repair) {
    if (const auto answer = ask_server(settings.app_dir, verify_request(), on_progress)) {
      if (!*answer) return fail(answer->error());
      return report_of(**answer);
    }
  }
  return store::verify_embedded(store::embedded_folder_of(settings.store_settings()), repair,
                                on_progress);
}

/// Gives rows that lack it what Lectern keeps beside them.
Result<void> complete_rows(const store::StoreSettings& settings, const std::string& target,
                           const store::OnProgress& on_progress) {
  TRY(const auto stores, store::open_stores(settings));
  if (!stores.migration) return {};
  const auto progress =
      stores.migration->run({target}, false, [&](const store::MigrationProgress& now) {
        return on_progress({now.done + now.unreadable, now.total});
      });
  if (!progress) return fail(progress.error());
  return {};
}

/// Which attachments of a target are not kept, where a database does not hold them: asks the server
/// that may own their place, else looks there.
store::MissingContents missing_contents_in(const Settings& settings, const std::string& target) {
  const auto blobs = std::make_shared<std::unique_ptr<store::BlobStore>>();
  return [&settings, target,
          blobs](const std::vector<std::string>& sha2) -> Result<std::vector<std::string>> {
    const auto go_on = [](const store::WorkProgress&) { return true; };
    if (const auto answer =
            ask_server(settings.app_dir, missing_contents_request(target, sha2), go_on)) {
      if (!*answer) return fail(answer->error());
      return missing_contents_of(**answer);
    }
    const auto folder = store::embedded_folder_of(settings.store_settings());
    if (!folder.empty() && !store::has_embedded(folder)) return sha2;
    if (!*blobs) {
      TRY(*blobs, store::open_blobs_beside(settings.store_settings()));
    }
    return store::missing_contents(**blobs, target, sha2);
  };
}

/// What Lectern keeps beside the rows of a database; with `repair` it is completed where it lacks,
/// and looked at again.
Result<store::VerifyReport> verify_database(const Settings& settings, const std::string& target,
                                            bool repair, const store::OnProgress& on_progress) {
  auto store_settings = settings.store_settings();
  store_settings.statements_only = true;
  const auto missing = missing_contents_in(settings, target);
  TRY(auto report, store::verify_beside(store_settings, target, missing, on_progress));
  if (!repair || report.wrong == 0) return report;
  RETURN_IF_ERROR(complete_rows(store_settings, target, on_progress));
  TRY(auto after, store::verify_beside(store_settings, target, missing, on_progress));
  if (after.wrong < report.wrong)
    after.remarks.push_back(
        fmt::format("{} of {} faults are repaired", report.wrong - after.wrong, report.wrong));
  return after;
}

void add(store::VerifyReport& to, store::VerifyReport from) {
  to.statements += from.statements;
  to.documents += from.documents;
  to.attachments += from.attachments;
  to.wrong += from.wrong;
  // What is still wrong of a database was looked at after the repair.
  to.repaired = to.repaired && from.wrong == 0;
  for (auto& line : from.faults) to.faults.push_back(std::move(line));
  for (auto& line : from.remarks) to.remarks.push_back(std::move(line));
}

Result<store::VerifyReport> verify(const Settings& settings, const Invocation& invocation) {
  ProgressBar bar("verify");
  const auto on_progress = [&](const store::WorkProgress& progress) {
    bar.show(progress);
    return true;
  };
  const bool repair = invocation.has("--repair");
  store::VerifyReport report;
  if (settings.backend == "embedded" ||
      store::has_embedded(store::embedded_folder_of(settings.store_settings()))) {
    TRY(report, verify_embedded(settings, repair, on_progress));
  }
  if (settings.backend != "embedded") {
    TRY(auto beside,
        verify_database(settings, invocation.value("--target").value_or(""), repair, on_progress));
    add(report, std::move(beside));
  }
  return report;
}

int run_verify(const Invocation& invocation) {
  const auto loaded = settings_for(invocation);
  if (!loaded) return 1;
  const auto report = verify(loaded->settings, invocation);
  if (!report) return failure(report.error());
  const bool well = report->wrong == 0 || report->repaired;
  if (invocation.has("--json")) {
    fmt::print("{}\n", as_json(*report));
    return well ? 0 : 1;
  }
  for (const auto& line : report->faults) fmt::print("{}\n", line);
  if (report->wrong > report->faults.size() && !report->faults.empty())
    fmt::print("... and {} more\n", report->wrong - report->faults.size());
  for (const auto& line : report->remarks) fmt::print("{}\n", line);
  fmt::print("{} statements, {} documents, {} attachments were looked at: {}\n", report->statements,
             report->documents, report->attachments,
             report->wrong == 0 ? "all is well"
             : report->repaired ? fmt::format("{} faults, repaired", report->wrong)
                                : fmt::format("{} faults", report->wrong));
  return well ? 0 : 1;
}

}  // namespace

Command verify_command() {
  return {"verify",
          "Check all that the store holds; exit code 1 where something is wrong",
          {{"--repair", "", "Build anew from the texts what is wrong, while no server runs"},
           {"-b,--backend", "NAME", "Backend of the server", false, false, "RUNSERVER_BACKEND"},
           {"-t,--target", "NAME", "Of a database: another index, collection or table"},
           {"--json", "", "Print one JSON object"}},
          run_verify};
}

}  // namespace lectern::cli
