#include "cli/commands/pipe/list.h"

#include "base/log.h"
#include "cli/commands/pipe/data_command.h"

namespace lectern::cli {
namespace {

bool can_list(const pipeline::DataBackend& backend) { return backend.open_listing != nullptr; }

int run_list(const Invocation& invocation) {
  int exit_code = 0;
  const auto chosen = chosen_backend(invocation, can_list, exit_code);
  if (!chosen) return exit_code;
  const auto listing = chosen->backend->open_listing(chosen->context());
  if (!listing) return failure(listing.error().message);
  ToStdout out(true);
  const auto outcome = (*listing)->list(
      {invocation.value("--target").value_or(""), invocation.value("--details") == "true",
       invocation.value("--new") == "true"},
      [&](std::string_view line) { return out.take(line); });
  if (outcome && out.taken() == 0)
    log::warning("Configured {} backend contains no document", chosen->backend->name);
  return finish(*chosen, outcome, out.pipe_closed());
}

}  // namespace

Command list_command() {
  return {"list", "Name the files, indices, collections ... of a backend",
          with_backend_options(
              {{"-t,--target", "NAME", "Another folder, container ... than the default one"},
               {"-n,--new,!-a,!--all", "", "Only what was not read before; -a, --all: everything"},
               {"-D,--details,!-I,!--ids", "", "A JSON object for each; -I, --ids: its name"}},
              can_list),
          run_list};
}

}  // namespace lectern::cli
