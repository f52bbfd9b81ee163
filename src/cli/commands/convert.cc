#include "cli/commands/convert.h"

#include "base/uuid.h"
#include "cli/commands/line_command.h"
#include "models/convert.h"

namespace lectern::cli {
namespace {

/// What -p says. Nothing: the wrong use is told already.
std::optional<models::ConvertOptions> convert_options(const Invocation& invocation) {
  if (invocation.value("--from") != "edx" || invocation.value("--to") != "xapi") {
    usage_error(invocation, "--from must be edx and --to must be xapi");
    return std::nullopt;
  }
  models::ConvertOptions options;
  options.platform_url = invocation.value("--platform-url").value_or("");
  return options;
}

int run_convert(const Invocation& invocation) {
  auto convert = convert_options(invocation);
  const auto options = convert ? line_options(invocation) : std::nullopt;
  if (!options) return 2;
  const auto loaded = settings_for(invocation);
  if (!loaded) return 1;
  convert->uuid_namespace = loaded->settings.converter_uuid_namespace;
  if (!Uuid::parse(convert->uuid_namespace))
    return failure(
        "Invalid UUID namespace: give a UUID with -u or "
        "LECTERN_CONVERTER_EDX_XAPI_UUID_NAMESPACE");
  return run_lines(
      invocation, *options,
      [&](const pipeline::Line& line, std::string& out) -> std::optional<pipeline::Refusal> {
        // With its end, of which the statement's id is made too.
        auto statement = models::convert(line.whole, *convert);
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

}  // namespace

Command convert_command() {
  return {"convert", "Make xAPI statements of events of Open edX",
          with_line_options({{"-f,--from", "FORMAT", "What comes in: edx", true},
                             {"-t,--to", "FORMAT", "What goes out: xapi", true},
                             {"-u,--uuid-namespace", "UUID", "Namespace of the statements' ids",
                              false, false, "CONVERTER_EDX_XAPI_UUID_NAMESPACE"},
                             {"-p,--platform-url", "URL", "homePage of the actors' accounts", true},
                             ignore_errors_option(),
                             fail_on_unknown_option()}),
          run_convert};
}

}  // namespace lectern::cli
