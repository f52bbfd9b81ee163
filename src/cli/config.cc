#include "cli/config.h"

#include <cstdio>

#include <fmt/format.h>

#include "base/json.h"

namespace lectern::cli {
namespace {

std::string as_text(const Loaded& loaded) {
  std::string out;
  for (const Effective& one : loaded.effective)
    out += fmt::format("{}={}  # {}{}\n", one.name, one.value, one.origin,
                       one.honoured ? "" : "; without meaning here");
  return out;
}

std::string as_json(const Loaded& loaded) {
  std::string out = "[";
  for (const Effective& one : loaded.effective) {
    if (out.size() > 1) out += ',';
    out += fmt::format(
        "\n  {{\"name\": {}, \"value\": {}, \"origin\": {}, \"honoured\": {}, \"meaning\": {}}}",
        json::quoted(one.name), json::quoted(one.value), json::quoted(one.origin), one.honoured,
        json::quoted(one.meaning));
  }
  return out + "\n]\n";
}

int run_config(const Invocation& invocation) {
  const auto loaded = settings_for(invocation);
  if (!loaded) return 1;
  for (const auto& warning : loaded->warnings) fmt::print(stderr, "Warning: {}\n", warning);
  const std::string text = invocation.has("--json") ? as_json(*loaded) : as_text(*loaded);
  const bool written =
      std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  return written ? 0 : 1;
}

}  // namespace

Command config_command() {
  return {"config",
          "Show the settings in effect and where each came from, secrets masked",
          {{"--json", "", "Print a JSON list"}},
          run_config};
}

}  // namespace lectern::cli
