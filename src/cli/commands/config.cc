#include "cli/commands/config.h"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "base/json/json.h"
#include "base/json/writer.h"

namespace lectern::cli {
namespace {

bool is_default(const Effective& one) { return one.origin.starts_with("default"); }

/// By the prefix that the program is called by; Ralph's settings without meaning here only where
/// they were given.
std::string as_text(const std::vector<Effective>& settings, bool by_ralphs_name) {
  constexpr std::string_view ralphs = "RALPH_";
  std::string out;
  for (const Effective& one : settings) {
    if (!one.honoured && is_default(one)) continue;
    const bool spelt_anew = !by_ralphs_name && one.name.starts_with(ralphs);
    out += fmt::format("{}={}  # {}{}\n",
                       spelt_anew ? "LECTERN_" + one.name.substr(ralphs.size()) : one.name,
                       one.value, one.origin, one.honoured ? "" : "; without meaning here");
  }
  return out;
}

std::string as_json(const std::vector<Effective>& settings) {
  json::Writer out(json::Writer::Style::spaced);
  out.array();
  for (const Effective& one : settings) {
    out.on_line(2).object().member("name", one.name).member("value", one.value);
    out.member("origin", one.origin).member("honoured", one.honoured);
    out.member("meaning", one.meaning).end();
  }
  return out.end_on_line().line().take();
}

int run_config(const Invocation& invocation) {
  auto loaded = settings_for(invocation);
  if (!loaded) return 1;
  auto& settings = loaded->effective;
  if (invocation.has("--changed"))
    settings.erase(std::remove_if(settings.begin(), settings.end(), is_default), settings.end());
  for (const auto& warning : loaded->warnings) fmt::print(stderr, "Warning: {}\n", warning);
  const std::string text = invocation.has("--json")
                               ? as_json(settings)
                               : as_text(settings, invocation.program != "lectern");
  const bool written =
      std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  return written ? 0 : 1;
}

}  // namespace

Command config_command() {
  return {"config",
          "Show the settings in effect and where each came from, secrets masked",
          {{"--changed", "", "Only what is not the default"}, {"--json", "", "Print a JSON list"}},
          run_config};
}

}  // namespace lectern::cli
