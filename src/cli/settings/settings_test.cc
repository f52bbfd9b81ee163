#include "cli/settings/settings.h"

#include <algorithm>
#include <cstdio>
#include <fstream>

#include <doctest/doctest.h>
#include <unistd.h>

#include "cli/settings/dotenv.h"
#include "cli/settings/mask.h"

using namespace lectern;
using namespace lectern::cli;
namespace fs = std::filesystem;

namespace {

/// A folder that vanishes.
struct Folder {
  fs::path path;
  Folder() {
    char name[] = "/tmp/lectern-settings-XXXXXX";
    path = mkdtemp(name);
  }
  ~Folder() { fs::remove_all(path); }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path / name) << text;
  }
};

Result<Loaded> load(std::map<std::string, std::string> environment, Overrides command_line = {}) {
  const Folder folder;
  environment.emplace("HOME", folder.path.string());
  return load_settings({std::move(command_line), std::move(environment), folder.path});
}

std::string error_of(std::map<std::string, std::string> environment) {
  const auto loaded = load(std::move(environment));
  return loaded ? "" : loaded.error().message;
}

const Effective& line(const Loaded& loaded, const std::string& name) {
  const auto it = std::find_if(loaded.effective.begin(), loaded.effective.end(),
                               [&](const Effective& one) { return one.name == name; });
  REQUIRE(it != loaded.effective.end());
  return *it;
}

}  // namespace

TEST_CASE("without any source every setting has its default") {
  const auto loaded = load({});
  REQUIRE(loaded);
  const Settings& settings = loaded->settings;
  CHECK(settings.backend == "embedded");
  CHECK(settings.port == 8100);
  CHECK(settings.search_hits_max == 100);
  CHECK(settings.auth_backends == std::vector<std::string>{"basic"});
  CHECK(settings.default_version == "1.0.3");
  CHECK(settings.restrict_by_scopes);
  CHECK_FALSE(settings.restrict_by_scopes_given);
  CHECK(settings.metrics);
  CHECK(settings.backend_values.empty());
  CHECK(settings.log_level == log::Level::info);
  CHECK(settings.app_dir.ends_with("/.config/lectern"));
  CHECK(settings.auth_file == settings.app_dir + "/auth.json");
  CHECK(loaded->warnings.empty());
  CHECK(settings.server_options().body_bytes_max == http::ServerOptions().body_bytes_max);
}

TEST_CASE("the stronger source wins, and LECTERN_ wins within one") {
  const Folder folder;
  folder.write(".env", "RALPH_RUNSERVER_HOST=dotenv\nLECTERN_RUNSERVER_PORT=3\nRALPH_APP_DIR=/a\n");
  folder.write("RALPH_AUTH_CACHE_TTL", " 17\n");
  folder.write("RALPH_RUNSERVER_HOST", "secret");
  const auto loaded = load_settings({{{"RUNSERVER_BACKEND", {"memory", "--backend"}}},
                                     {{"RALPH_RUNSERVER_BACKEND", "es"},
                                      {"RALPH_RUNSERVER_PORT", "1"},
                                      {"LECTERN_RUNSERVER_PORT", "2"},
                                      {"RALPH_SECRETS_DIR", folder.path.string()}},
                                     folder.path});
  REQUIRE(loaded);
  CHECK(loaded->settings.backend == "memory");
  CHECK(loaded->settings.port == 2);
  CHECK(loaded->settings.host == "dotenv");
  CHECK(loaded->settings.auth_cache_ttl_s == 17);
  CHECK(loaded->settings.auth_file == "/a/auth.json");
  CHECK(line(*loaded, "RALPH_RUNSERVER_PORT").origin == "environment LECTERN_RUNSERVER_PORT");
  CHECK(line(*loaded, "RALPH_AUTH_CACHE_TTL").origin == "secrets folder RALPH_AUTH_CACHE_TTL");
  CHECK(line(*loaded, "RALPH_RUNSERVER_BACKEND").origin == "command line --backend");
}

TEST_CASE("the machine's file is the weakest source, and may name the folder of secrets") {
  const Folder folder;
  folder.write("system.env",
               "RALPH_RUNSERVER_HOST=system\nRALPH_RUNSERVER_PORT=4\nRALPH_SECRETS_DIR=secrets\n");
  fs::create_directories(folder.path / "secrets");
  folder.write("secrets/RALPH_RUNSERVER_PORT", "5");
  const auto loaded = load_settings({{}, {}, folder.path, folder.path / "system.env"});
  REQUIRE(loaded);
  CHECK(loaded->settings.host == "system");
  CHECK(loaded->settings.port == 5);
  CHECK(line(*loaded, "RALPH_RUNSERVER_HOST").origin ==
        (folder.path / "system.env").string() + " RALPH_RUNSERVER_HOST");
}

TEST_CASE("systemd's credentials are a folder of secrets, unless another one is named") {
  const Folder folder;
  for (const auto* name : {"credentials", "secrets"}) fs::create_directories(folder.path / name);
  folder.write("credentials/RALPH_RUNSERVER_PORT", "5");
  folder.write("secrets/RALPH_RUNSERVER_PORT", "6");
  std::map<std::string, std::string> environment{
      {"CREDENTIALS_DIRECTORY", (folder.path / "credentials").string()}};
  auto loaded = load_settings({{}, environment, folder.path});
  REQUIRE(loaded);
  CHECK(loaded->settings.port == 5);
  environment["RALPH_SECRETS_DIR"] = (folder.path / "secrets").string();
  loaded = load_settings({{}, environment, folder.path});
  REQUIRE(loaded);
  CHECK(loaded->settings.port == 6);
}

TEST_CASE("a bad value is refused with its name as spelt, its value and what is allowed") {
  CHECK(error_of({{"LECTERN_RUNSERVER_PORT", "80800"}}) ==
        "LECTERN_RUNSERVER_PORT=80800: allowed is an integer from 0 to 65535");
  CHECK(error_of({{"RALPH_LRS_RESTRICT_BY_AUTHORITY", ""}}) ==
        "RALPH_LRS_RESTRICT_BY_AUTHORITY=: allowed is true or false (also yes/no, on/off, 1/0)");
  CHECK(error_of({{"RALPH_RUNSERVER_AUTH_BACKENDS", "basic, oidc"}}) ==
        "RALPH_RUNSERVER_AUTH_BACKENDS=basic, oidc: allowed is one or more of basic, oidc, joined "
        "by commas");
  CHECK(error_of({{"RALPH_LRS_DEFAULT_VERSION", "1.0"}}) ==
        "RALPH_LRS_DEFAULT_VERSION=1.0: allowed is one of 1.0.3, 2.0.0");
  CHECK(error_of({{"RALPH_LOGGING", "{"}}) ==
        "RALPH_LOGGING={: allowed is Python's logging dictionary as a JSON object");
  const std::string forwardings = error_of(
      {{"RALPH_XAPI_FORWARDINGS", R"([{"url":"http://u:p@h","basic_password":"hunter2"}])"}});
  CHECK(forwardings.find("RALPH_XAPI_FORWARDINGS=") == 0);
  CHECK(forwardings.find("basic_username") != std::string::npos);
  CHECK(forwardings.find("hunter2") == std::string::npos);
}

TEST_CASE("booleans are read as Ralph reads them") {
  for (const char* yes : {"1", "yes", "ON", "t", "Y", "True"}) {
    const auto loaded = load({{"RALPH_LRS_RESTRICT_BY_AUTHORITY", yes}});
    REQUIRE(loaded);
    CHECK(loaded->settings.restrict_by_authority);
  }
  for (const char* no : {"0", "no", "off", "F", "n", "false"}) {
    const auto loaded = load({{"RALPH_LRS_RESTRICT_BY_AUTHORITY", no}});
    REQUIRE(loaded);
    CHECK_FALSE(loaded->settings.restrict_by_authority);
  }
}

TEST_CASE("both spellings of RESTRICT_BY_SCOPES count, the wrong one with a warning") {
  const auto loaded =
      load({{"RALPH_LRS_RESTRICT_BY_SCOPE", "true"}, {"RALPH_LRS_RESTRICT_BY_AUTHORITY", "true"}});
  REQUIRE(loaded);
  CHECK(loaded->settings.restrict_by_scopes);
  CHECK(loaded->warnings ==
        std::vector<std::string>{
            "RALPH_LRS_RESTRICT_BY_SCOPE is taken as RALPH_LRS_RESTRICT_BY_SCOPES"});
}

TEST_CASE("scopes count by default, but for who calls the program by Ralph's name") {
  Sources sources;
  CHECK(load_settings(sources)->settings.restrict_by_scopes);
  sources.by_ralphs_name = true;
  const auto ralph = load_settings(sources);
  CHECK_FALSE(ralph->settings.restrict_by_scopes);
  CHECK(line(*ralph, "RALPH_LRS_RESTRICT_BY_SCOPES").origin ==
        "default of Ralph, by whose name it was called");
  CHECK(line(*ralph, "RALPH_RUNSERVER_PORT").origin == "default");
  sources.environment = {{"RALPH_LRS_RESTRICT_BY_SCOPES", "true"}};
  CHECK(load_settings(sources)->settings.restrict_by_scopes);
  CHECK(load_settings(sources)->settings.restrict_by_scopes_given);
}

TEST_CASE("Ralph's table in ClickHouse is made by default, but not by Ralph's name") {
  Sources sources;
  sources.environment = {{"RALPH_RUNSERVER_BACKEND", "clickhouse"}};
  CHECK(load_settings(sources)->settings.backend_values.empty());
  sources.by_ralphs_name = true;
  CHECK(load_settings(sources)->settings.backend_values.at("CREATE_EVENT_TABLE") == "false");
  sources.environment["RALPH_BACKENDS__LRS__CLICKHOUSE__CREATE_EVENT_TABLE"] = "yes";
  CHECK(load_settings(sources)->settings.backend_values.at("CREATE_EVENT_TABLE") == "yes");
}

TEST_CASE(
    "Lectern's own folder is served when it holds anything, Ralph's only where it is in use") {
  const Folder home;
  const fs::path config = home.path / ".config", ours = config / "lectern",
                 ralphs = config / "ralph";
  const auto chosen = [&] {
    const auto loaded = load_settings({{}, {{"HOME", home.path.string()}}, home.path});
    REQUIRE(loaded);
    const std::string origin = line(*loaded, "RALPH_APP_DIR").origin;
    return loaded->settings.app_dir + " # " + origin.substr(0, origin.find(':')) +
           (loaded->warnings.empty() ? "" : " !");
  };
  const auto make = [](const fs::path& file) {
    fs::create_directories(file.parent_path());
    std::ofstream(file) << "[]";
  };
  CHECK(chosen() == ours.string() + " # default");
  make(ralphs / "history.json");
  CHECK(chosen() == ours.string() + " # default");
  make(ralphs / "auth.json");
  CHECK(chosen() == ralphs.string() + " # default");
  fs::create_directories(ours);
  CHECK(chosen() == ralphs.string() + " # default");
  make(ours / "auth.json");
  CHECK(chosen() == ours.string() + " # default !");
  fs::remove(ralphs / "auth.json");
  CHECK(chosen() == ours.string() + " # default");
  fs::remove(ours / "auth.json");
  fs::create_directories(ralphs / "embedded");
  CHECK(chosen() == ralphs.string() + " # default");
}

TEST_CASE("the chosen backend gets its own settings, by JSON, list and path") {
  const auto loaded =
      load({{"RALPH_RUNSERVER_BACKEND", "async_es"},
            {"RALPH_BACKENDS__LRS__ES__HOSTS", "http://a:1,http://b:2"},
            {"RALPH_BACKENDS__LRS__ES__CLIENT_OPTIONS", R"({"verify_certs":false})"},
            {"LECTERN_BACKENDS__LRS__ES__CLIENT_OPTIONS__ca_certs", "/ca.pem"},
            {"RALPH_BACKENDS__LRS__CLICKHOUSE__PORT", "no port"},
            {"RALPH_BACKENDS__LRS__CLICKHOUSE__TEST_HOST", "x"},
            {"RALPH_BACKENDS__DATA__NOTHING__KEY", "x"}});
  REQUIRE(loaded);
  CHECK(loaded->settings.backend_values ==
        std::map<std::string, std::string>{{"HOSTS", "http://a:1,http://b:2"},
                                           {"CLIENT_OPTIONS", R"({"verify_certs":false})"},
                                           {"CLIENT_OPTIONS__ca_certs", "/ca.pem"}});
  CHECK(loaded->warnings ==
        std::vector<std::string>{"settings without meaning here, accepted for Ralph's sake: "
                                 "RALPH_BACKENDS__DATA__NOTHING__KEY, "
                                 "RALPH_BACKENDS__LRS__CLICKHOUSE__TEST_HOST"});
  CHECK(error_of({{"RALPH_RUNSERVER_BACKEND", "clickhouse"},
                  {"RALPH_BACKENDS__LRS__CLICKHOUSE__PORT", "x"}}) ==
        "RALPH_BACKENDS__LRS__CLICKHOUSE__PORT=x: allowed is an integer from 1 to 65535");
}

TEST_CASE("without a backend es is meant where settings of ES are given") {
  const auto loaded = load({{"RALPH_BACKENDS__LRS__ES__HOSTS", "http://a:1"}});
  REQUIRE(loaded);
  CHECK(loaded->settings.backend == "es");
  CHECK(line(*loaded, "RALPH_RUNSERVER_BACKEND").origin ==
        "implied by RALPH_BACKENDS__LRS__ES__HOSTS");
  const auto named = load(
      {{"RALPH_BACKENDS__LRS__ES__HOSTS", "http://a:1"}, {"RALPH_RUNSERVER_BACKEND", "memory"}});
  REQUIRE(named);
  CHECK(named->settings.backend == "memory");
}

TEST_CASE("settings without meaning and unknown ones are named once") {
  const auto loaded = load({{"RALPH_LOCALE_ENCODING", "latin1"},
                            {"RALPH_RUNSERVER_POINT_IN_TIME_KEEP_ALIVE", "5m"},
                            {"RALPH_RUNSERVER_PROT", "1"}});
  REQUIRE(loaded);
  CHECK(loaded->warnings ==
        std::vector<std::string>{
            "settings without meaning here, accepted for Ralph's sake: RALPH_LOCALE_ENCODING, "
            "RALPH_RUNSERVER_POINT_IN_TIME_KEEP_ALIVE",
            "settings that are not known, ignored: RALPH_RUNSERVER_PROT (did you mean "
            "RUNSERVER_PORT?)"});
}

TEST_CASE("levels and JSON lines are taken from Python's logging dictionary") {
  const std::string dictionary =
      R"j({"formatters":{"j":{"()":"pythonjsonlogger.jsonlogger.JsonFormatter"}},)j"
      R"j("loggers":{"ralph":{"level":"DEBUG"}},"root":{"level":"ERROR"}})j";
  const auto loaded = load({{"RALPH_LOGGING", dictionary}});
  REQUIRE(loaded);
  CHECK(loaded->settings.log_level == log::Level::debug);
  CHECK(loaded->settings.log_format == log::Format::json);
  const auto set = load({{"RALPH_LOGGING", dictionary}, {"LECTERN_LOG_LEVEL", "Error"}});
  REQUIRE(set);
  CHECK(set->settings.log_level == log::Level::error);
}

TEST_CASE("secrets are not shown") {
  const auto loaded =
      load({{"RALPH_RUNSERVER_BACKEND", "mongo"},
            {"RALPH_BACKENDS__LRS__MONGO__CONNECTION_URI", "mongodb://u:p@ss@h:1/?x=y"},
            {"RALPH_RUNSERVER_AUTH_OIDC_CLIENT_SECRET", "hunter2"}});
  REQUIRE(loaded);
  CHECK(line(*loaded, "RALPH_BACKENDS__LRS__MONGO__CONNECTION_URI").value ==
        "mongodb://u:********@h:1/?x=y");
  CHECK(line(*loaded, "RALPH_RUNSERVER_AUTH_OIDC_CLIENT_SECRET").value == "********");
  CHECK(masked("http://a:b@c,http://d@e:1") == "http://a:********@c,http://d@e:1");
  CHECK(masked("ca=x,api_key=1,b=2") == "ca=x,api_key=********,b=2");
  CHECK(masked(R"([{"basic_password":"x","n":1.50}])") ==
        R"([{"basic_password":"********","n":1.50}])");
}

TEST_CASE("a .env file is read as python-dotenv reads it") {
  const auto read = parse_dotenv(
      "\xEF\xBB\xBF# comment\nexport A=1\n  B = two words # comment\nC='x # ${A}'\n"
      "D=\"a\\nb\"\nE=\nF\nG=a#b\n=nothing\nH=${A}-${OUT}-${NO:-d}\nI='open\nA=2\r\n",
      {{"OUT", "o"}});
  CHECK(read == std::map<std::string, std::string>{{"A", "2"},
                                                   {"B", "two words"},
                                                   {"C", "x # 1"},
                                                   {"D", "a\nb"},
                                                   {"E", ""},
                                                   {"G", "a#b"},
                                                   {"H", "1-o-d"}});
}

TEST_CASE("a .env file whose lines double a value does not fill the memory") {
  std::string text = "A=0123456789\n";
  for (int i = 0; i < 40; ++i) text += "A=${A}${A}\n";
  LinesPassedOver passed_over;
  const auto read = parse_dotenv(text, {}, &passed_over);
  CHECK(read.at("A").size() == 10U << 12);
  CHECK(passed_over.size() == 28);
  CHECK(passed_over.front() == 14);
}
