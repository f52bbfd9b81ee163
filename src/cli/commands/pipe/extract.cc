#include "cli/commands/pipe/extract.h"

#include "cli/commands/pipe/line_command.h"
#include "pipeline/extract.h"

namespace lectern::cli {
namespace {

int run_extract(const Invocation& invocation) {
  const auto parser = invocation.value("--parser");
  if (parser != "gelf" && parser != "es")
    return usage_error(invocation, "--parser must be gelf or es");
  auto options = line_options(invocation);
  if (!options) return 2;
  options->stop_at_refused = false;
  const auto extract = parser == "gelf" ? pipeline::extract_gelf : pipeline::extract_es;
  return run_lines(invocation, *options, [&](const pipeline::Line& line, std::string& out) {
    return extract(line.text, out);
  });
}

}  // namespace

Command extract_command() {
  return {"extract", "Take events out of the lines of another program",
          with_line_options({{"-p,--parser", "PARSER",
                              "gelf: lines of Graylog; es: hits of Elasticsearch", true}}),
          run_extract};
}

}  // namespace lectern::cli
