#include "cli/commands/pipe/read.h"

#include "cli/commands/pipe/data_command.h"
#include "cli/settings/setting_value.h"

namespace lectern::cli {
namespace {

bool can_read(const pipeline::DataBackend& backend) { return backend.open_source != nullptr; }

int run_read(const Invocation& invocation) {
  pipeline::ReadRequest request;
  request.query = invocation.value("QUERY").value_or("");
  request.target = invocation.value("--target").value_or("");
  const auto chunk_size = number_option(invocation, "--chunk-size");
  if (!chunk_size) return 2;
  request.chunk_size = *chunk_size;
  const auto ignore = read_boolean(invocation.value("--ignore_errors").value_or("false"));
  if (!ignore) return usage_error(invocation, "--ignore_errors must be true or false");
  request.ignore_errors = *ignore;

  int exit_code = 0;
  const auto chosen = chosen_backend(invocation, can_read, exit_code);
  if (!chosen) return exit_code;
  ToStdout out(false);
  const auto source = chosen->backend->open_source(chosen->context());
  if (!source) return failure(source.error().message);
  const auto outcome =
      (*source)->read(request, [&](std::string_view bytes) { return out.take(bytes); });
  return finish(*chosen, outcome, out.pipe_closed());
}

}  // namespace

Command read_command() {
  return {
      "read", "Print the records of a backend",
      with_backend_options(
          {{"QUERY", "QUERY", "Which records, in the backend's own language; all without it"},
           {"-s,--chunk-size", "NUMBER", "Records, or bytes, that are read at a time"},
           {"-t,--target", "NAME", "Another folder, index, collection ... than the default one"},
           {"-i,--ignore_errors", "BOOLEAN", "true: pass over records that cannot be read"}},
          can_read),
      run_read};
}

}  // namespace lectern::cli
