#include "cli/commands/pipe/write.h"

#include <fmt/format.h>

#include "cli/commands/pipe/data_command.h"
#include "pipeline/data/write_run.h"

namespace lectern::cli {
namespace {

bool can_write(const pipeline::DataBackend& backend) { return backend.open_sink != nullptr; }

/// What the options say. Nothing: the wrong use is told already.
std::optional<pipeline::WriteRunOptions> write_options(const Invocation& invocation) {
  pipeline::WriteRunOptions options;
  const auto files = invocation.values.find("FILE");
  options.files = files == invocation.values.end() ? std::vector<std::string>{"-"} : files->second;
  options.errors_file = invocation.value("--errors").value_or("");
  options.request.target = invocation.value("--target").value_or("");
  options.request.ignore_errors = invocation.has("--ignore-errors");
  const auto chunk_size = number_option(invocation, "--chunk-size");
  const auto concurrency = number_option(invocation, "--concurrency");
  if (!chunk_size || !concurrency) return std::nullopt;
  constexpr std::size_t concurrency_max = 64;
  if (*concurrency > concurrency_max) {
    usage_error(invocation, fmt::format("--concurrency must be at most {}", concurrency_max));
    return std::nullopt;
  }
  options.request.chunk_size = *chunk_size;
  options.concurrency = static_cast<unsigned>(*concurrency > 0 ? *concurrency : 1);
  return options;
}

/// Sets the operation; false: the wrong use is told already.
bool choose_operation(const Invocation& invocation, const pipeline::Sink& sink,
                      pipeline::WriteRequest& request, int& exit_code) {
  request.operation = sink.default_operation();
  const auto name = invocation.value("--operation-type");
  if (!name) return true;
  const auto operation = pipeline::parse_operation(*name);
  if (!operation) {
    exit_code =
        usage_error(invocation, "--operation-type must be index, create, delete, update or append");
    return false;
  }
  request.operation = *operation;
  if (sink.allows(*operation)) return true;
  std::string capital = *name;
  capital[0] = static_cast<char>(capital[0] - 32);
  exit_code = failure(capital + " operation_type is not allowed");
  return false;
}

int run_write(const Invocation& invocation) {
  auto options = write_options(invocation);
  if (!options) return 2;
  int exit_code = 0;
  const auto chosen = chosen_backend(invocation, can_write, exit_code);
  if (!chosen) return exit_code;
  const auto sink = chosen->backend->open_sink(chosen->context());
  if (!sink) return failure(sink.error().message);
  if (!choose_operation(invocation, **sink, options->request, exit_code)) return exit_code;
  const auto totals = pipeline::run_write(*options, chosen->interrupt, **sink);
  if (!totals) return failure(totals.error().message);
  fmt::print(stderr, "{} records written, {} refused\n", totals->written, totals->refused);
  Result<void> outcome;
  if (!totals->fault.empty()) outcome = fail(Code::internal, totals->fault);
  return finish(*chosen, outcome, false);
}

}  // namespace

Command write_command() {
  return {"write", "Write lines to a backend",
          with_backend_options(
              {{"-t,--target", "NAME", "Another file, index, collection ... than the default one"},
               {"-s,--chunk-size", "NUMBER", "Records that are written at a time"},
               {"-I,--ignore-errors", "", "Go on behind a refused record"},
               {"-o,--operation-type", "TYPE", "index, create, delete, update or append"},
               {"-c,--concurrency", "NUMBER", "Chunks that are written at once, 1 unless given"},
               {"--errors", "FILE", "Write the refused records there, as they came"},
               {"FILE", "FILE", "What to read, one behind another; plain, gzip or zstd; - is stdin",
                false, true}},
              can_write),
          run_write};
}

}  // namespace lectern::cli
