#include "cli/settings/settings.h"

#include <algorithm>
#include <cstdlib>

#include "cli/process/app_dir.h"
#include "cli/process/process_limits.h"
#include "cli/settings/mask.h"
#include "cli/settings/setting_value.h"
#include "cli/settings/settings_sources.h"
#include "cli/settings/settings_table.h"
#include "cli/terminal/nearest.h"
#include "lrs/forwarding/forwarding_state.h"
#include "pipeline/data/backend.h"
#include "store/open.h"

namespace lectern::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view backends_prefix = "BACKENDS__LRS__";
constexpr std::string_view known_groups[] = {"EMBEDDED", "MEMORY",     "ES",
                                             "MONGO",    "CLICKHOUSE", "FS"};

std::string shown(const Row& row, std::string_view text) {
  if (row.secret && !text.empty() && row.name != "XAPI_FORWARDINGS") return std::string(mask);
  return masked(text);
}

std::string joined(const std::vector<std::string>& names) {
  std::string all;
  for (const auto& name : names) (all += all.empty() ? "" : ", ") += name;
  return all;
}

/// RALPH_RUNSERVER_PORT; OTEL_SERVICE_NAME.
std::string full_name(std::string_view name) {
  return (is_of_opentelemetry(name) ? "" : "RALPH_") + std::string(name);
}

/// `es` and `async_es` both have the settings of ES.
std::string group_of_backend(std::string_view backend) {
  if (backend.substr(0, 6) == "async_") backend.remove_prefix(6);
  std::string group(backend);
  for (char& c : group)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  return group;
}

/// ` (did you mean ...?)` where a setting is spelt nearly so; else nothing.
std::string meant_by(const std::string& name) {
  std::vector<std::string> known;
  for (const Row& row : settings_table()) known.emplace_back(row.name);
  const auto meant = nearest(name, known);
  return meant.empty() ? "" : fmt::format(" (did you mean {}?)", meant);
}

/// The ES of BACKENDS__LRS__ES__HOSTS; "" for other names.
std::string_view group_of(std::string_view name) {
  if (name.substr(0, backends_prefix.size()) != backends_prefix) return {};
  name.remove_prefix(backends_prefix.size());
  const std::size_t end = name.find("__");
  return end == name.npos ? std::string_view() : name.substr(0, end);
}

/// The HOSTS of BACKENDS__LRS__ES__HOSTS.
std::string key_of(std::string_view name) {
  return std::string(name.substr(backends_prefix.size() + group_of(name).size() + 2));
}

/// Checks one value and puts it into its place.
struct Put {
  const Row& row;
  const std::string& text;
  Settings& settings;

  Result<void> operator()(Kind kind) const {
    switch (kind) {
      case Kind::boolean: {
        RETURN_IF_ERROR(read_boolean(text));
        break;
      }
      case Kind::integer: {
        RETURN_IF_ERROR(read_integer(row, text));
        break;
      }
      case Kind::object: {
        RETURN_IF_ERROR(read_object(text));
        break;
      }
      case Kind::text: {
        RETURN_IF_ERROR(read_text(row, text));
        break;
      }
    }
    return {};
  }
  Result<void> operator()(std::string Settings::*place) const {
    TRY(settings.*place, read_text(row, text));
    return {};
  }
  Result<void> operator()(bool Settings::*place) const {
    TRY(settings.*place, read_boolean(text));
    return {};
  }
  Result<void> operator()(std::int64_t Settings::*place) const {
    TRY(settings.*place, read_integer(row, text));
    return {};
  }
  Result<void> operator()(std::vector<std::string> Settings::*place) const {
    TRY(settings.*place, read_list(row, text));
    return {};
  }
};

class Loader {
 public:
  Loader(const Sources& sources, GivenSettings given)
      : sources_(sources), given_(std::move(given)) {}

  Result<Loaded> load() {
    loaded_.warnings = given_.warnings();
    given_.imply_backend();
    for (const Row& row : settings_table())
      if (group_of(row.name).empty()) RETURN_IF_ERROR(take(row));
    group_ = group_of_backend(loaded_.settings.backend);
    for (const Row& row : settings_table())
      if (!group_of(row.name).empty()) RETURN_IF_ERROR(take(row));
    take_unknown_keys();
    RETURN_IF_ERROR(derive());
    RETURN_IF_ERROR(check_together());
    warn();
    return std::move(loaded_);
  }

 private:
  Result<void> take(const Row& row) {
    std::optional<Given> given = given_.take(row.name);
    if (!row.other.empty()) {
      std::optional<Given> other = given_.take(row.other);
      if (other)
        loaded_.warnings.push_back(other->spelling + " is taken as RALPH_" + std::string(row.name));
      if (other && (!given || other->rank < given->rank)) given = std::move(other);
    }
    const std::string_view group = group_of(row.name);
    const bool ours = group.empty() || group == group_;
    const bool as_ralph = sources_.by_ralphs_name && !row.ralphs_fallback.empty();
    const std::string text =
        given ? given->text : std::string(as_ralph ? row.ralphs_fallback : row.fallback);
    if (given && ours && row.honoured) {
      if (auto put = std::visit(Put{row, text, loaded_.settings}, row.place); !put)
        return refuse(row, *given, put.error().message);
    } else if (!given && ours) {
      // A default that its own row refuses is a bug, but "" stands for none.
      if (!text.empty() || std::holds_alternative<std::string Settings::*>(row.place))
        RETURN_IF_ERROR(std::visit(Put{row, text, loaded_.settings}, row.place));
    }
    if (given && !row.honoured) without_meaning_.push_back(given->spelling);
    if ((given || as_ralph) && ours && !group.empty())
      RETURN_IF_ERROR(keep_backend_value(row, text));
    if (ours || given)
      loaded_.effective.push_back({full_name(row.name), shown(row, text),
                                   given      ? given->source + " " + given->spelling
                                   : as_ralph ? "default of Ralph, by whose name it was called"
                                              : "default",
                                   std::string(row.meaning), row.honoured && ours});
    if (given) spelling_[std::string(row.name)] = *given;
    return take_paths(row, ours);
  }

  Result<void> keep_backend_value(const Row& row, const std::string& text) {
    auto& values = loaded_.settings.backend_values;
    if (!std::holds_alternative<Kind>(row.place) || std::get<Kind>(row.place) != Kind::object ||
        text.starts_with('{')) {
      values[key_of(row.name)] = text;
      return {};
    }
    TRY(const auto members, read_object(text));
    for (const auto& [key, member] : members) values[key_of(row.name) + "__" + key] = member;
    return {};
  }

  /// CLIENT_OPTIONS__ca_certs and its like.
  Result<void> take_paths(const Row& row, bool ours) {
    if (!std::holds_alternative<Kind>(row.place) || std::get<Kind>(row.place) != Kind::object)
      return {};
    for (const auto& [name, given] : given_.take_all(std::string(row.name) + "__")) {
      loaded_.effective.push_back({"RALPH_" + name, masked(given.text),
                                   given.source + " " + given.spelling, std::string(row.meaning),
                                   ours});
      if (ours) loaded_.settings.backend_values[key_of(name)] = given.text;
    }
    return {};
  }

  /// Keys that the table does not know: the chosen backend gets them, the others' are left alone.
  void take_unknown_keys() {
    constexpr std::string_view data_prefix = "BACKENDS__DATA__";
    for (const auto& [name, given] : given_.take_all(std::string(data_prefix))) {
      const std::string behind = name.substr(data_prefix.size());
      if (!pipeline::is_data_setting(behind)) without_meaning_.push_back(given.spelling);
      loaded_.settings.data_values[behind] = given.text;
    }
    for (const auto group : known_groups) {
      const std::string prefix = std::string(backends_prefix) + std::string(group) + "__";
      for (const auto& [name, given] : given_.take_all(prefix)) {
        // Ralph's own tests read TEST_... ; deployments set them.
        if (key_of(name).substr(0, 5) == "TEST_") {
          without_meaning_.push_back(given.spelling);
          continue;
        }
        unknown_.push_back(given.spelling);
        if (group == group_) loaded_.settings.backend_values[key_of(name)] = given.text;
      }
    }
    for (const auto& [name, given] : given_.remaining())
      if (!is_of_opentelemetry(given.spelling)) unknown_.push_back(given.spelling + meant_by(name));
  }

  Result<void> derive() {
    Settings& settings = loaded_.settings;
    if (settings.app_dir.empty()) {
      const AppDir chosen = default_app_dir(sources_.environment);
      settings.app_dir = chosen.path;
      if (!chosen.warning.empty()) loaded_.warnings.push_back(chosen.warning);
      for (auto& line : loaded_.effective)
        if (line.name == "RALPH_APP_DIR") line.origin = chosen.reason;
    }
    settings.restrict_by_scopes_given =
        settings.restrict_by_scopes && spelling_.contains("LRS_RESTRICT_BY_SCOPES");
    if (settings.auth_file.empty())
      settings.auth_file = (fs::path(settings.app_dir) / "auth.json").string();
    if (settings.history_file.empty())
      settings.history_file = (fs::path(settings.app_dir) / "history.json").string();
    show_derived("RALPH_APP_DIR", settings.app_dir);
    show_derived("RALPH_AUTH_FILE", settings.auth_file);
    show_derived("RALPH_HISTORY_FILE", settings.history_file);

    if (const auto receivers = lrs::parse_receivers(settings.forwardings_json); !receivers)
      return refuse("XAPI_FORWARDINGS", settings.forwardings_json,
                    "a list of receivers (" + receivers.error().message + ")");
    const auto logging = read_logging(settings.logging_json);
    if (!logging) return refuse("LOGGING", settings.logging_json, logging.error().message);
    std::string level = settings.log_level_name.empty() ? logging->level : settings.log_level_name;
    settings.log_level = level == "debug"      ? log::Level::debug
                         : level == "warning"  ? log::Level::warning
                         : level == "error"    ? log::Level::error
                         : level == "critical" ? log::Level::critical
                                               : log::Level::info;
    const bool json =
        settings.log_format_name.empty() ? logging->json : settings.log_format_name == "json";
    settings.log_format = json ? log::Format::json : log::Format::text;
    return {};
  }

  Result<void> check_together() const {
    const Settings& settings = loaded_.settings;
    const auto backends = store::backend_names();
    if (std::find(backends.begin(), backends.end(), settings.backend) == backends.end())
      return refuse("RUNSERVER_BACKEND", settings.backend, "one of " + joined(backends));
    if (settings.tls_certificate.empty() != settings.tls_key.empty())
      return settings.tls_key.empty()
                 ? refuse("RUNSERVER_TLS_CERTIFICATE", settings.tls_certificate,
                          "a file together with RALPH_RUNSERVER_TLS_KEY")
                 : refuse("RUNSERVER_TLS_KEY", settings.tls_key,
                          "a file together with RALPH_RUNSERVER_TLS_CERTIFICATE");
    const std::string& issuer = settings.oidc_issuer_uri;
    if (!issuer.empty() && issuer.rfind("http://", 0) != 0 && issuer.rfind("https://", 0) != 0)
      return refuse("RUNSERVER_AUTH_OIDC_ISSUER_URI", issuer, "an http or https URL");
    const std::string& ratio = settings.otel_sampler_ratio;
    char* end = nullptr;
    const double share = std::strtod(ratio.c_str(), &end);
    if (!ratio.empty() && (*end != '\0' || !(share >= 0 && share <= 1)))
      return refuse("OTEL_TRACES_SAMPLER_ARG", ratio, "a number from 0 to 1");
    for (const auto& backend : settings.auth_backends)
      if (backend == "oidc" && issuer.empty())
        return refuse("RUNSERVER_AUTH_BACKENDS", "oidc",
                      "oidc only together with RALPH_RUNSERVER_AUTH_OIDC_ISSUER_URI");
    const auto& ways = settings.auth_backends;
    if (!settings.console_oidc_client_id.empty() &&
        std::find(ways.begin(), ways.end(), "oidc") == ways.end())
      return refuse("CONSOLE_OIDC_CLIENT_ID", settings.console_oidc_client_id,
                    "a client only together with oidc in RALPH_RUNSERVER_AUTH_BACKENDS");
    return {};
  }

  void warn() {
    const auto line = [this](const char* what, const std::vector<std::string>& names) {
      if (!names.empty()) loaded_.warnings.push_back(what + joined(names));
    };
    line("settings without meaning here, accepted for Ralph's sake: ", without_meaning_);
    line("settings that are not known, ignored: ", unknown_);
  }

  void show_derived(std::string_view name, const std::string& value) {
    for (auto& line : loaded_.effective)
      if (line.name == name) line.value = value;
  }

  static tl::unexpected<Error> refuse(const Row& row, const Given& given,
                                      const std::string& allowed) {
    return fail(Code::invalid,
                given.spelling + "=" + shown(row, given.text) + ": allowed is " + allowed);
  }

  tl::unexpected<Error> refuse(std::string_view name, const std::string& value,
                               const std::string& allowed) const {
    const auto it = spelling_.find(std::string(name));
    return fail(Code::invalid, (it == spelling_.end() ? full_name(name) : it->second.spelling) +
                                   "=" + masked(value) + ": allowed is " + allowed);
  }

  const Sources& sources_;
  GivenSettings given_;
  Loaded loaded_;
  std::string group_;
  std::map<std::string, Given> spelling_;
  std::vector<std::string> without_meaning_;
  std::vector<std::string> unknown_;
};

}  // namespace

Result<Loaded> load_settings(const Sources& sources) {
  TRY(GivenSettings given, GivenSettings::gather(sources));
  return Loader(sources, std::move(given)).load();
}

std::vector<BackendOption> backend_options() {
  std::vector<BackendOption> options;
  for (const Row& row : settings_table())
    if (!group_of(row.name).empty())
      options.push_back(
          {row.name,
           std::holds_alternative<Kind>(row.place) && std::get<Kind>(row.place) == Kind::boolean,
           row.honoured, row.meaning});
  return options;
}

store::StoreSettings Settings::store_settings() const {
  store::StoreSettings out;
  out.backend = backend;
  out.values = backend_values;
  out.app_dir = app_dir;
  out.documents_url = store_documents;
  out.connections_max = static_cast<std::size_t>(store_connections_max);
  out.timeout_ms = static_cast<std::uint32_t>(store_timeout_ms);
  out.texts_bytes_max = static_cast<std::size_t>(store_texts_bytes_max);
  return out;
}

http::Sampler Settings::sampler() const {
  http::Sampler sampler;
  sampler.by_parent = otel_sampler.starts_with("parentbased_");
  if (otel_sampler.ends_with("always_off")) sampler.ratio = 0;
  if (otel_sampler.ends_with("traceidratio") && !otel_sampler_ratio.empty())
    sampler.ratio = std::strtod(otel_sampler_ratio.c_str(), nullptr);
  return sampler;
}

http::ServerOptions Settings::server_options() const {
  using std::chrono::milliseconds;
  http::ServerOptions out;
  out.host = host;
  out.port = static_cast<std::uint16_t>(port);
  out.io_threads = static_cast<unsigned>(io_threads);
  out.workers = static_cast<unsigned>(workers);
  out.queue_max = static_cast<std::size_t>(queue_max);
  out.connections_max = static_cast<std::size_t>(connections_max);
  out.header_bytes_max = static_cast<std::size_t>(header_bytes_max);
  out.body_bytes_max = static_cast<std::uint64_t>(body_bytes_max);
  out.body_memory_bytes_max = static_cast<std::size_t>(body_memory_bytes_max);
  out.spool_dir = spool_dir;
  out.memory_bytes_max = memory_bytes_max > 0 ? static_cast<std::uint64_t>(memory_bytes_max)
                                              : default_memory_bytes_max();
  out.spool_bytes_max = spool_bytes_max > 0 ? static_cast<std::uint64_t>(spool_bytes_max)
                                            : default_spool_bytes_max(spool_dir);
  out.header_deadline = milliseconds(header_deadline_ms);
  out.body_idle = milliseconds(body_idle_ms);
  out.body_deadline = milliseconds(body_deadline_ms);
  out.idle_deadline = milliseconds(idle_deadline_ms);
  out.drain_deadline = milliseconds(drain_deadline_ms);
  out.tls_certificate_file = tls_certificate;
  out.tls_key_file = tls_key;
  out.trust_forwarded = proxy_headers;
  return out;
}

std::uint64_t Settings::statistics_memory() const {
  return statistics_bytes_max > 0 ? static_cast<std::uint64_t>(statistics_bytes_max)
                                  : memory_bytes() / 8;
}

}  // namespace lectern::cli
