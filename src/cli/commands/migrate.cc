#include "cli/commands/migrate.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <string>

#include <fmt/format.h>
#include <unistd.h>

#include "base/json/writer.h"
#include "store/open.h"

namespace lectern::cli {
namespace {

volatile std::sig_atomic_t interrupted = 0;

/// A bar that is drawn over itself on a terminal, and a line for every tenth elsewhere.
class Progress {
 public:
  explicit Progress(bool quiet) : quiet_(quiet), terminal_(isatty(fileno(stderr)) == 1) {}

  void show(const store::MigrationProgress& progress) {
    if (quiet_) return;
    const std::uint64_t total = std::max<std::uint64_t>(progress.total, 1);
    const std::uint64_t worked = std::min(progress.done + progress.unreadable, total);
    const auto tenth = static_cast<int>(worked * 10 / total);
    if (terminal_) {
      const auto filled = static_cast<std::size_t>(worked * 40 / total);
      fmt::print(stderr, "\r[{}{}] {} of {}, {} unreadable", std::string(filled, '#'),
                 std::string(40 - filled, ' '), worked, progress.total, progress.unreadable);
    } else if (tenth != shown_) {
      fmt::print(stderr, "{} of {}, {} unreadable\n", worked, progress.total, progress.unreadable);
    }
    shown_ = tenth;
    std::fflush(stderr);
  }
  void end() const {
    if (terminal_ && !quiet_ && shown_ >= 0) fmt::print(stderr, "\n");
  }

 private:
  const bool quiet_;
  const bool terminal_;
  int shown_ = -1;
};

std::string as_json(const store::MigrationProgress& progress, std::uint64_t left) {
  json::Writer json;
  json.object()
      .member("total", progress.total)
      .member("done", progress.done)
      .member("unreadable", progress.unreadable)
      .member("left", left);
  json.key("reasons").array();
  for (const auto& reason : progress.reasons) json.value(reason);
  return json.end().end().line().take();
}

void print_outcome(const store::MigrationProgress& progress, std::uint64_t left, bool dry_run) {
  fmt::print("{} rows lacked Lectern's part: {} {}, {} could not be read\n", progress.total,
             progress.done, dry_run ? "would be completed" : "completed", progress.unreadable);
  for (const auto& reason : progress.reasons) fmt::print("  {}\n", reason);
  if (!dry_run && left > progress.unreadable)
    fmt::print("{} are left: run it again to go on\n", left - progress.unreadable);
}

int run_migrate(const Invocation& invocation) {
  const auto loaded = settings_for(invocation);
  if (!loaded) return 1;
  auto settings = loaded->settings.store_settings();
  settings.statements_only = true;
  auto stores = store::open_stores(settings);
  if (!stores) return failure(stores.error().message);
  if (!stores->migration)
    return failure(
        fmt::format("the backend {} has nothing to migrate: only es, mongo and "
                    "clickhouse hold rows that Ralph wrote",
                    loaded->settings.backend));
  const store::Context context{invocation.value("--target").value_or("")};
  if (invocation.has("--create-tables")) {
    // Counting needs them: what is missing is made.
    const auto counted = stores->migration->count(context);
    if (!counted) return failure(counted.error());
    fmt::print("The tables are there; {} rows lack Lectern's part\n", *counted);
    return 0;
  }
  const bool dry_run = invocation.has("--dry-run");
  // Stopped by Ctrl-C it ends after the rows at hand; the next run goes on from there.
  std::signal(SIGINT, [](int) { interrupted = 1; });
  Progress bar(invocation.has("--json"));
  const auto progress =
      stores->migration->run(context, dry_run, [&](const store::MigrationProgress& now) {
        bar.show(now);
        return interrupted == 0;
      });
  bar.end();
  if (!progress) return failure(progress.error());
  const auto left = stores->migration->count(context);
  if (!left) return failure(left.error());
  if (invocation.has("--json"))
    fmt::print("{}", as_json(*progress, *left));
  else
    print_outcome(*progress, *left, dry_run);
  return dry_run || *left == 0 ? 0 : 1;
}

}  // namespace

Command migrate_command() {
  return {"migrate",
          "Complete the rows that Ralph wrote to a database, while it is in use",
          {{"-b,--backend", "NAME", "es, mongo or clickhouse", false, false, "RUNSERVER_BACKEND"},
           {"-t,--target", "NAME", "Another index, collection or table than the default one"},
           {"--create-tables", "",
            "Make Lectern's tables or indices where they are missing, and nothing else"},
           {"--dry-run", "", "Only count and read, write nothing"},
           {"--json", "", "Print one JSON object"}},
          run_migrate};
}

}  // namespace lectern::cli
