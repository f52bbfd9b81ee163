#include "cli/commands/pipe/convert.h"

#include <array>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <fmt/format.h>

#include "base/uuid.h"
#include "cli/commands/pipe/line_command.h"
#include "models/convert.h"
#include "models/openedx/known.h"
#include "pipeline/csv_run.h"

namespace lectern::cli {
namespace {

constexpr std::uintmax_t mebibyte = 1024 * 1024;
constexpr std::uintmax_t mapping_bytes_max = mebibyte;
constexpr std::uintmax_t known_bytes_max = 64 * mebibyte;

Result<std::string> read_whole(const std::string& path, std::uintmax_t bytes_max) {
  std::error_code error;
  const auto bytes = std::filesystem::file_size(path, error);
  if (error) return fail(Code::invalid, path + ": " + error.message());
  if (bytes > bytes_max)
    return fail(Code::invalid, fmt::format("{}: more than {} MiB", path, bytes_max / mebibyte));
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
}

Result<models::csv::Mapping> read_mapping(const std::string& path) {
  TRY(std::string text, read_whole(path, mapping_bytes_max));
  auto mapping = models::csv::Mapping::read(std::move(text));
  if (!mapping)
    return fail(Code::invalid, path + ": " + mapping.error().path + ": " + mapping.error().message);
  return mapping;
}

Result<models::openedx::Known> read_known(const std::string& path) {
  TRY(const std::string text, read_whole(path, known_bytes_max));
  auto known = models::openedx::Known::read(text);
  if (!known) return fail(Code::invalid, path + ": " + known.error().message);
  return known;
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

/// Whose statements are asked for; nothing for a wrong word, which is told.
std::optional<models::Like> like_of(const Invocation& invocation) {
  const auto word = invocation.value("--like");
  if (!word) return invocation.program == "ralph" ? models::Like::only_ralph : models::Like::ralph;
  if (word == "ralph") return models::Like::ralph;
  if (word == "openedx") return models::Like::openedx;
  usage_error(invocation, "--like must be ralph or openedx");
  return std::nullopt;
}

/// How often each thing was mended, by all threads.
using Repairs = std::array<std::atomic<std::uint64_t>, models::repairs_count>;

Result<void> tell_repairs(const Repairs& repairs) {
  for (std::size_t i = 0; i < repairs.size(); ++i)
    if (const auto count = repairs[i].load(); count > 0)
      fmt::print(stderr, "Repaired: {}: {}\n", name_of(static_cast<models::Repair>(i)), count);
  return {};
}

int convert_events(const Invocation& invocation, const pipeline::LineRunOptions& options,
                   const models::ConvertOptions& convert) {
  Repairs repairs{};
  return run_lines(
      invocation, options,
      [&](const pipeline::Line& line, std::string& out) -> std::optional<pipeline::Refusal> {
        // With its end, of which the statement's id is made too.
        auto made = models::convert(line.whole, convert);
        if (!made) {
          auto& refusal = made.error();
          return pipeline::Refusal{refusal.unknown, std::move(refusal.pointer), refusal.rule,
                                   refusal.rule};
        }
        for (std::size_t i = 0; i < repairs.size(); ++i)
          if (made->repairs[i] > 0) repairs[i] += made->repairs[i];
        out += made->statements;
        out += '\n';
        return std::nullopt;
      },
      [&](const pipeline::LineRunTotals&) { return tell_repairs(repairs); });
}

int convert_edx(const Invocation& invocation) {
  const auto platform_url = invocation.value("--platform-url");
  if (!platform_url) return usage_error(invocation, "--platform-url is required");
  const auto options = line_options(invocation);
  const auto like = like_of(invocation);
  if (!options || !like) return 2;
  const auto loaded = settings_for(invocation);
  if (!loaded) return 1;
  models::ConvertOptions convert{loaded->settings.converter_uuid_namespace, *platform_url, *like,
                                 invocation.has("--exact")};
  if (!Uuid::parse(convert.uuid_namespace))
    return failure(
        "Invalid UUID namespace: give a UUID with -u or "
        "LECTERN_CONVERTER_EDX_XAPI_UUID_NAMESPACE");
  Result<models::openedx::Known> known;
  if (const auto path = invocation.value("--known")) {
    known = read_known(*path);
    if (!known) return failure(known.error().message);
  }
  convert.known = &*known;
  return convert_events(invocation, *options, convert);
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
               {"--like", "WHOSE",
                "Of edx: whose statements come out where both know the event, ralph or openedx "
                "(event-routing-backends); what only one knows comes out of it"},
               {"--exact", "", "Of edx: mend nothing of what event-routing-backends makes"},
               {"--known", "FILE",
                "Of edx: the platform's users and courses as event-routing-backends names them: "
                "{\"users\": {ID: EXTERNAL-ID}, \"courses\": {KEY: NAME}}"},
               {"--map", "FILE", "Of csv: what its rows become (docs/csv.md)"},
               ignore_errors_option(),
               fail_on_unknown_option()}),
          run_convert};
}

}  // namespace lectern::cli
