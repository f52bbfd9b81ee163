#include "cli/settings/settings_sources.h"

#include <fstream>
#include <iterator>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include "cli/settings/dotenv.h"

namespace lectern::cli {
namespace {

namespace fs = std::filesystem;
using Variables = std::map<std::string, std::string>;

constexpr std::string_view prefixes[] = {"LECTERN_", "RALPH_"};  // the first one wins
/// No setting: commands that log in take it (cli/users/password_input.h).
constexpr std::string_view password_variable = "LECTERN_PASSWORD";
constexpr std::uintmax_t file_bytes_max = 1024 * 1024;
/// What Debian's package lays down, so that its service and an administrator's commands agree.
constexpr const char* machine_settings_file = "/etc/lectern/lectern.env";

Result<std::string> read_file(const fs::path& path) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(path, error);
  if (error) return fail(Code::invalid, path.string() + ": " + error.message());
  if (size > file_bytes_max) return fail(Code::invalid, path.string() + ": larger than 1 MiB");
  std::ifstream in(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (in.bad() || text.size() != size)
    return fail(Code::invalid, path.string() + ": cannot be read");
  return text;
}

Result<Variables> read_dotenv(const fs::path& path, const Variables& environment,
                              std::vector<std::string>& warnings) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return Variables{};
  TRY(const std::string text, read_file(path));
  LinesPassedOver passed_over;
  auto variables = parse_dotenv(text, environment, &passed_over);
  if (!passed_over.empty())
    warnings.push_back(fmt::format(
        "{}: ignored, since NAME=VALUE is wanted and quotes must be closed: line {}",
        path.filename() == ".env" ? ".env" : path.string(), fmt::join(passed_over, ", ")));
  return variables;
}

bool is_setting_name(std::string_view name) {
  if (is_of_opentelemetry(name)) return true;
  for (const auto prefix : prefixes)
    if (name.substr(0, prefix.size()) == prefix) return true;
  return false;
}

Result<Variables> read_secrets(const fs::path& folder) {
  Variables secrets;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (!is_setting_name(name) || !entry.is_regular_file(error)) continue;
    TRY(std::string text, read_file(entry.path()));
    const std::size_t begin = text.find_first_not_of(" \t\r\n");
    const std::size_t end = text.find_last_not_of(" \t\r\n");
    secrets[name] = begin == text.npos ? "" : text.substr(begin, end - begin + 1);
  }
  if (error)
    return fail(Code::invalid, "RALPH_SECRETS_DIR=" + folder.string() + ": cannot be read (" +
                                   error.message() + "); a folder of files is allowed");
  return secrets;
}

}  // namespace

bool is_of_opentelemetry(std::string_view name) { return name.starts_with("OTEL_"); }

Sources Sources::of_process(Overrides command_line, bool by_ralphs_name) {
  Sources sources;
  sources.command_line = std::move(command_line);
  sources.by_ralphs_name = by_ralphs_name;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view line(*entry);
    const std::size_t equals = line.find('=');
    if (equals != line.npos)
      sources.environment.emplace(line.substr(0, equals), line.substr(equals + 1));
  }
  std::error_code error;
  sources.working_dir = fs::current_path(error);
  sources.system_file = machine_settings_file;
  return sources;
}

Result<GivenSettings> GivenSettings::gather(const Sources& sources) {
  GivenSettings all;
  for (const auto& [name, given] : sources.command_line)
    all.given_.try_emplace(name, Given{given.text, given.option, "command line", 0});
  all.add(sources.environment, "environment", 1);
  TRY(const Variables dotenv,
      read_dotenv(sources.working_dir / ".env", sources.environment, all.warnings_));
  all.add(dotenv, ".env", 2);
  TRY(const Variables system, read_dotenv(sources.system_file, sources.environment, all.warnings_));
  auto with_system = all;
  with_system.add(system, sources.system_file.string(), 4);
  if (const auto folder = with_system.secrets_folder(sources.environment); !folder.empty()) {
    TRY(const Variables secrets, read_secrets(sources.working_dir / folder));
    all.add(secrets, "secrets folder", 3);
  }
  all.add(system, sources.system_file.string(), 4);
  return all;
}

std::string GivenSettings::secrets_folder(const Variables& environment) const {
  if (const auto it = given_.find("SECRETS_DIR"); it != given_.end()) return it->second.text;
  const auto credentials = environment.find("CREDENTIALS_DIRECTORY");
  return credentials == environment.end() ? "" : credentials->second;
}

void GivenSettings::add(const Variables& variables, std::string source, std::size_t rank) {
  for (const auto prefix : prefixes)
    for (const auto& [name, text] : variables)
      if (std::string_view(name).substr(0, prefix.size()) == prefix && name != password_variable)
        given_.try_emplace(name.substr(prefix.size()), Given{text, name, source, rank});
  for (const auto& [name, text] : variables)
    if (is_of_opentelemetry(name) && !text.empty())  // empty means unset to OpenTelemetry
      given_.try_emplace(name, Given{text, name, source, rank});
}

void GivenSettings::imply_backend() {
  constexpr std::string_view prefix = "BACKENDS__LRS__ES__";
  const auto es = given_.lower_bound(std::string(prefix));
  if (es == given_.end() || es->first.compare(0, prefix.size(), prefix) != 0) return;
  given_.try_emplace("RUNSERVER_BACKEND", Given{"es", es->second.spelling, "implied by", 5});
}

std::optional<Given> GivenSettings::take(std::string_view name) {
  const auto it = given_.find(std::string(name));
  if (it == given_.end()) return std::nullopt;
  Given given = std::move(it->second);
  given_.erase(it);
  return given;
}

std::map<std::string, Given> GivenSettings::take_all(std::string_view prefix) {
  std::map<std::string, Given> taken;
  for (auto it = given_.lower_bound(std::string(prefix));
       it != given_.end() && std::string_view(it->first).substr(0, prefix.size()) == prefix;) {
    taken.insert(std::move(*it));
    it = given_.erase(it);
  }
  return taken;
}

}  // namespace lectern::cli
