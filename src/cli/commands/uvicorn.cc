#include "cli/commands/uvicorn.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <fmt/format.h>

#include "base/result.h"
#include "cli/command.h"
#include "cli/serve.h"
#include "cli/settings/dotenv.h"
#include "cli/settings/yaml.h"

namespace lectern::cli {
namespace {

using Variables = std::map<std::string, std::string>;

enum class Takes : std::uint8_t { value, seconds, no_value };

struct Known {
  std::string_view name;
  Takes takes;
  std::string_view setting{};  ///< "": no meaning here
  std::string_view value{};    ///< what an option without value sets
};

constexpr std::array known_options = {
    Known{"--host", Takes::value, "RUNSERVER_HOST"},
    Known{"--port", Takes::value, "RUNSERVER_PORT"},
    Known{"--root-path", Takes::value, "RUNSERVER_ROOT_PATH"},
    Known{"--proxy-headers", Takes::no_value, "RUNSERVER_PROXY_HEADERS", "true"},
    Known{"--no-proxy-headers", Takes::no_value, "RUNSERVER_PROXY_HEADERS", "false"},
    Known{"--log-level", Takes::value, "LOG_LEVEL"},
    Known{"--access-log", Takes::no_value, "ACCESS_LOG", "true"},
    Known{"--no-access-log", Takes::no_value, "ACCESS_LOG", "false"},
    Known{"--ssl-keyfile", Takes::value, "RUNSERVER_TLS_KEY"},
    Known{"--ssl-certfile", Takes::value, "RUNSERVER_TLS_CERTIFICATE"},
    Known{"--timeout-keep-alive", Takes::seconds, "RUNSERVER_IDLE_DEADLINE_MS"},
    Known{"--timeout-graceful-shutdown", Takes::seconds, "RUNSERVER_DRAIN_DEADLINE_MS"},
    Known{"--reload", Takes::no_value},
    Known{"--use-colors", Takes::no_value},
    Known{"--no-use-colors", Takes::no_value},
    Known{"--server-header", Takes::no_value},
    Known{"--no-server-header", Takes::no_value},
    Known{"--date-header", Takes::no_value},
    Known{"--no-date-header", Takes::no_value},
    Known{"--factory", Takes::no_value},
    Known{"--ws-per-message-deflate", Takes::value},
};

const Known* find(std::string_view name) {
  const auto it = std::find_if(known_options.begin(), known_options.end(),
                               [&](const Known& known) { return known.name == name; });
  return it == known_options.end() ? nullptr : &*it;
}

/// UVICORN_ROOT_PATH for --root-path.
std::string variable_of(std::string_view option) {
  std::string name = "UVICORN_";
  for (const char c : option.substr(2))
    name += c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return name;
}

std::string value_for(const Known& known, const std::string& text) {
  if (known.takes == Takes::seconds) return text + "000";
  // uvicorn knows one level more than we do.
  if (known.setting == "LOG_LEVEL" && text == "trace") return "debug";
  return text;
}

std::optional<std::string> read_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
}

/// The arguments, one after the other.
class Parser {
 public:
  explicit Parser(const std::vector<std::string>& arguments) : arguments_(arguments) {}

  Result<void> parse(UvicornCall& call) {
    while (next_ < arguments_.size()) RETURN_IF_ERROR(argument(call, arguments_[next_++]));
    if (app_.empty() && !call.help && !call.version)
      return fail(Code::invalid, "Missing argument 'APP'.");
    return {};
  }

 private:
  Result<void> argument(UvicornCall& call, const std::string& text) {
    if (text.rfind("--", 0) != 0) {
      if (!app_.empty()) return fail(Code::invalid, "Got unexpected extra argument (" + text + ")");
      app_ = text;
      return {};
    }
    const std::size_t equals = text.find('=');
    const std::string name = text.substr(0, equals);
    if (equals != text.npos) inline_ = text.substr(equals + 1);
    if (name == "--help" || name == "--version") {
      (name == "--help" ? call.help : call.version) = true;
      return {};
    }
    if (name == "--env-file" || name == "--log-config") return file(call, name);
    const Known* known = find(name);
    if (known == nullptr) {
      skip_value_of_unknown();
      call.ignored.push_back(name);
      return {};
    }
    std::string value(known->value);
    if (known->takes != Takes::no_value) {
      TRY(value, this->value(name));
    }
    if (known->setting.empty())
      call.ignored.push_back(name);
    else
      call.overrides[std::string(known->setting)] = {value_for(*known, value), name};
    return {};
  }

  Result<void> file(UvicornCall& call, const std::string& name) {
    TRY(const std::string path, value(name));
    if (name == "--env-file") {
      call.env_file = path;
    } else if (const auto ending = std::filesystem::path(path).extension();
               ending == ".json" || ending == ".yaml" || ending == ".yml") {
      auto text = read_text(path);
      if (!text) return fail(Code::invalid, "Invalid value for '--log-config': " + path);
      if (ending != ".json") {
        auto json = json_of_yaml(*text);
        if (!json)
          return fail(Code::invalid,
                      "Invalid value for '--log-config': " + path + ": " + json.error().message);
        text = std::move(*json);
      }
      call.overrides["LOGGING"] = {*text, name};
    } else {
      call.ignored.push_back(name);  // INI
    }
    return {};
  }

  Result<std::string> value(const std::string& option) {
    if (inline_) return std::move(*std::exchange(inline_, std::nullopt));
    if (next_ == arguments_.size())
      return fail(Code::invalid, "Option '" + option + "' requires an argument.");
    return arguments_[next_++];
  }

  /// What follows an option that nobody knows is its value, unless it is an option or the app.
  void skip_value_of_unknown() {
    if (std::exchange(inline_, std::nullopt)) return;
    if (next_ == arguments_.size()) return;
    const std::string& next = arguments_[next_];
    const bool is_app = app_.empty() && next.find(':') != next.npos;
    if (next.rfind("--", 0) != 0 && !is_app) ++next_;
  }

  const std::vector<std::string>& arguments_;
  std::size_t next_ = 0;
  std::string app_;
  std::optional<std::string> inline_;  // VALUE of --name=VALUE
};

}  // namespace

Result<UvicornCall> parse_uvicorn(const std::vector<std::string>& arguments,
                                  const Variables& environment) {
  UvicornCall call;
  // uvicorn's own defaults: Ralph's settings of host and port never reached it.
  call.overrides["RUNSERVER_HOST"] = {"127.0.0.1", "uvicorn's default"};
  call.overrides["RUNSERVER_PORT"] = {"8000", "uvicorn's default"};
  for (const Known& known : known_options) {
    const std::string variable = variable_of(known.name);
    const auto it = environment.find(variable);
    if (!known.setting.empty() && it != environment.end())
      call.overrides[std::string(known.setting)] = {value_for(known, it->second), variable};
  }
  RETURN_IF_ERROR(Parser(arguments).parse(call));
  return call;
}

int run_uvicorn(const std::vector<std::string>& arguments) {
  Sources sources = Sources::of_process({}, true);
  auto call = parse_uvicorn(arguments, sources.environment);
  if (!call) {
    fmt::print(stderr,
               "Usage: uvicorn [OPTIONS] APP\nTry 'uvicorn --help' for help.\n\nError: {}\n",
               call.error().message);
    return 2;
  }
  if (call->version) {
    fmt::print("Running lectern {} as uvicorn\n", LECTERN_VERSION);
    return 0;
  }
  if (call->help) {
    fmt::print(
        "Usage: uvicorn ralph.api:app [OPTIONS]\n\nLectern in the place of Ralph; options "
        "with a meaning here:\n");
    for (const Known& known : known_options)
      if (!known.setting.empty()) fmt::print("  {}\n", known.name);
    fmt::print("  --env-file\n  --log-config (JSON)\n");
    return 0;
  }
  if (!call->env_file.empty()) {
    const auto text = read_text(call->env_file);
    if (!text) return failure("--env-file " + call->env_file + " cannot be read");
    sources.environment.merge(parse_dotenv(*text, sources.environment));
  }
  sources.command_line = std::move(call->overrides);
  auto loaded = load_settings(sources);
  if (!loaded) return failure(loaded.error().message);
  std::string ignored;
  for (const auto& name : call->ignored) (ignored += ignored.empty() ? "" : ", ") += name;
  if (!ignored.empty())
    loaded->warnings.push_back("options of uvicorn without meaning here, ignored: " + ignored);
  return serve(*loaded);
}

}  // namespace lectern::cli
