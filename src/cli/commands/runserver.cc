#include "cli/commands/runserver.h"

#include "cli/serve.h"
#include "store/open.h"

namespace lectern::cli {
namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string all;
  for (const auto& name : names) (all += all.empty() ? "" : ", ") += name;
  return all;
}

/// BACKENDS__LRS__ES__DEFAULT_INDEX is es-default-index.
std::string dashed_name(const BackendOption& backend) {
  std::string name(backend.setting.substr(std::string_view("BACKENDS__LRS__").size()));
  std::string dashed;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool double_underscore = name.compare(i, 2, "__") == 0;
    if (double_underscore) ++i;
    const char c = name[i];
    dashed += c == '_' ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  }
  return dashed;
}

Option option_of(const BackendOption& backend, const std::string& name) {
  return {"--" + name + (backend.boolean ? ",!--no-" + name : ""),
          backend.boolean ? "" : "TEXT",
          std::string(backend.meaning),
          false,
          false,
          std::string(backend.setting),
          "Backend options",
          !backend.honoured};
}

std::vector<Option> options() {
  std::vector<Option> all = {
      {"-b,--backend", "NAME", "Where statements are kept: " + joined(store::backend_names()),
       false, false, "RUNSERVER_BACKEND"},
      {"-h,--host", "ADDRESS", "Address to listen on", false, false, "RUNSERVER_HOST"},
      {"-p,--port", "PORT", "Port to listen on", false, false, "RUNSERVER_PORT"},
  };
  for (const BackendOption& backend : backend_options()) {
    const std::string name = dashed_name(backend);
    all.push_back(option_of(backend, name));
    if (!name.starts_with("es-") && !name.starts_with("mongo-")) continue;
    Option async = option_of(backend, "async-" + name);
    async.hidden = true;
    all.push_back(std::move(async));
  }
  return all;
}

int run_runserver(const Invocation& invocation) {
  const auto loaded = settings_for(invocation);
  return loaded ? serve(*loaded) : 1;
}

}  // namespace

Command runserver_command() {
  return {"runserver", "Serve the xAPI resources", options(), run_runserver};
}

}  // namespace lectern::cli
