#include "cli/commands/convert.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/uuid.h"
#include "cli/commands/line_command.h"
#include "models/convert.h"
#include "pipeline/csv_run.h"

namespace lectern::cli {
namespace {

constexpr std::uintmax_t mapping_bytes_max = 1024 * 1024;

Result<models::csv::Mapping> read_mapping(const std::string& path) {
  std::error_code error;
  const auto bytes = std::filesystem::file_size(path, error);
  if (error) return fail(Code::invalid, path + ": " + error.message());
  if (bytes > mapping_bytes_max) return fail(Code::invalid, path + ": a mapping has 1 MiB at most");
  std::ifstream in(path, std::ios::binary);
  auto mapping = models::csv::Mapping::read(
      {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()});
  if (!mapping)
    return fail(Code::invalid, path + ": " + mapping.error().path + ": " + mapping.error().message);
  return mapping;
}

int convert_csv(const Invocation& invocation) {
  const auto path = invocation.value("--map");
  if (!path) return usage_error(invocation, "--map is required for csv");
  const auto options = line_options(invocation);
  if (!options) return 2;
  auto mapping = read_mapping(*path);
  if (!mapping) return failure(mapping.error().message);
  pipeline::Interrupt interrupt;
  return finish_lines(invocation, pipeline::run_csv(*options, interrupt, std::move(*mapping)));
}

int convert_edx(const Invocation& invocation) {
  const auto platform_url = invocation.value("--platform-url");
  if (!platform_url) return usage_error(invocation, "--platform-url is required");
  const auto options = line_options(invocation);
  if (!options) return 2;
  const auto loaded = settings_for(invocation);
  if (!loaded) return 1;
  const models::ConvertOptions convert{loaded->settings.converter_uuid_namespace, *platform_url};
  if (!Uuid::parse(convert.uuid_namespace))
    return failure(
        "Invalid UUID namespace: give a UUID with -u or "
        "LECTERN_CONVERTER_EDX_XAPI_UUID_NAMESPACE");
  return run_lines(
      invocation, *options,
      [&](const pipeline::Line& line, std::string& out) -> std::optional<pipeline::Refusal> {
        // With its end, of which the statement's id is made too.
        auto statement = models::convert(line.whole, convert);
        if (!statement) {
          auto& refusal = statement.error();
          return pipeline::Refusal{refusal.unknown, std::move(refusal.pointer), refusal.rule,
                                   refusal.rule};
        }
        out += *statement;
        out += '\n';
        return std::nullopt;
      });
}

int run_convert(const Invocation& invocation) {
  const auto from = invocation.value("--from");
  if ((from != "edx" && from != "csv") || invocation.value("--to") != "xapi")
    return usage_error(invocation, "--from must be edx or csv, and --to must be xapi");
  return from == "csv" ? convert_csv(invocation) : convert_edx(invocation);
}

}  // namespace

Command convert_command() {
  return {"convert", "Make xAPI statements of events of Open edX, or of spreadsheets",
          with_line_options(
              {{"-f,--from", "FORMAT",
                "What comes in: edx, events of Open edX; csv, rows of spreadsheets", true},
               {"-t,--to", "FORMAT", "What goes out: xapi", true},
               {"-u,--uuid-namespace", "UUID", "Of edx: namespace of the statements' ids", false,
                false, "CONVERTER_EDX_XAPI_UUID_NAMESPACE"},
               {"-p,--platform-url", "URL", "Of edx: homePage of the actors' accounts"},
               {"--map", "FILE", "Of csv: what its rows become (docs/csv.md)"},
               ignore_errors_option(),
               fail_on_unknown_option()}),
          run_convert};
}

}  // namespace lectern::cli
