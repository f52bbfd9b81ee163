#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "http/observe/trace_context.h"
#include "http/wire/server.h"
#include "store/settings.h"

namespace lectern::cli {

/// What an operator may choose, checked. Meaning, default and bounds of each stand in
/// settings_table.cc, which fills every member: never build one by hand, load it.
struct Settings {
  std::string app_dir;
  std::string auth_file;
  std::string history_file;              ///< of `lectern read`, `write` and `list`
  std::string converter_uuid_namespace;  ///< of `lectern convert`
  std::int64_t auth_cache_entries_max = 0;
  std::int64_t auth_cache_ttl_s = 0;
  std::int64_t auth_checks_max = 0;
  std::int64_t auth_failures_max = 0;
  std::int64_t auth_delay_max_ms = 0;
  std::vector<std::string> auth_backends;  ///< "basic", "oidc"; at least one
  std::string oidc_issuer_uri;
  std::string oidc_audience;
  std::string oidc_client_id;
  std::string oidc_client_secret;
  std::int64_t oidc_cache_ttl_s = 0;

  std::string backend;
  std::string host;
  std::int64_t port = 0;
  std::string root_path;
  std::int64_t io_threads = 0;
  std::int64_t workers = 0;
  std::int64_t queue_max = 0;
  std::int64_t connections_max = 0;
  std::int64_t header_bytes_max = 0;
  std::int64_t body_bytes_max = 0;
  std::int64_t json_values_max = 0;
  std::int64_t body_memory_bytes_max = 0;
  std::int64_t memory_bytes_max = 0;  ///< 0: by the machine, as is spool_bytes_max
  std::int64_t spool_bytes_max = 0;
  std::int64_t page_bytes_max = 0;
  std::int64_t statistics_bytes_max = 0;  ///< 0: by the machine (statistics_memory())
  std::string spool_dir;
  std::int64_t header_deadline_ms = 0;
  std::int64_t body_idle_ms = 0;
  std::int64_t body_deadline_ms = 0;
  std::int64_t idle_deadline_ms = 0;
  std::int64_t drain_deadline_ms = 0;
  std::string tls_certificate;
  std::string tls_key;
  bool proxy_headers = false;
  std::vector<std::string> cors_allow_origins;
  bool metrics = false;
  bool metrics_credentials = false;
  bool access_log = false;
  bool console = false;
  std::string console_oidc_client_id;  ///< "" where nobody signs in to the console that way
  std::string console_oidc_scope;

  std::int64_t search_hits_max = 0;  ///< default and maximum of `limit`
  bool restrict_by_authority = false;
  bool restrict_by_scopes = false;
  bool restrict_by_scopes_given = false;  ///< true by the operator's wish, not by default
  bool require_version_header = false;
  std::string default_version;  ///< "1.0.3" or "2.0.0"
  bool partial_success_default = false;
  std::string validation;  ///< "standard" or "ralph"
  std::vector<std::string> unconditional_profile_users;
  std::int64_t attachment_bytes_max = 0;

  std::int64_t store_timeout_ms = 0;
  std::int64_t store_connections_max = 0;
  std::int64_t store_texts_bytes_max = 0;
  std::string store_documents;  ///< an address, or "" for the embedded store

  std::string forwardings_json;  ///< for lrs::parse_receivers(), which took it

  std::string sentry_dsn;
  std::string execution_environment;

  /// OpenTelemetry's, by its own names; for SpanExporter::start() and http::Sampler.
  std::string otel_endpoint;
  std::string otel_traces_endpoint;
  std::string otel_headers;
  std::string otel_protocol;
  std::string otel_certificate;
  std::int64_t otel_timeout_ms = 0;
  std::string otel_service_name;
  std::string otel_resource_attributes;
  bool otel_disabled = false;
  std::string otel_traces_exporter;
  std::string otel_sampler;
  std::string otel_sampler_ratio;  ///< a number from 0 to 1, or ""
  std::int64_t otel_queue_max = 0;
  std::int64_t otel_batch_max = 0;
  std::int64_t otel_delay_ms = 0;

  std::string logging_json;    ///< Python's dictConfig
  std::string log_level_name;  ///< as given; "" when not
  std::string log_format_name;
  log::Level log_level = log::Level::info;  ///< of log_level_name, else of logging_json
  log::Format log_format = log::Format::text;

  /// The chosen backend's own settings: keys as behind RALPH_BACKENDS__LRS__<NAME>__, only those
  /// that were given. CLIENT_OPTIONS is a JSON object, or comes apart as CLIENT_OPTIONS__ca_certs.
  std::map<std::string, std::string> backend_values;
  /// What was given for the backends of `lectern read`, `write` and `list`, unchecked: keys as
  /// behind RALPH_BACKENDS__DATA__.
  std::map<std::string, std::string> data_values;

  /// Bytes that the facts of statements may take (lrs/statistics/fact_cache.h).
  std::uint64_t statistics_memory() const;
  /// For store::open_stores().
  store::StoreSettings store_settings() const;
  /// For http::Server::listen().
  http::ServerOptions server_options() const;
  /// Which requests become spans.
  http::Sampler sampler() const;
};

/// A setting given on the command line, and the option that gave it (`--port`).
struct Override {
  std::string text;
  std::string option;
};
/// By name without RALPH_ or LECTERN_, e.g. RUNSERVER_PORT.
using Overrides = std::map<std::string, Override>;

/// Where settings are looked for, strongest first.
struct Sources {
  Overrides command_line;
  std::map<std::string, std::string> environment;
  std::filesystem::path working_dir;  ///< its `.env` comes next, then the files in SECRETS_DIR
  std::filesystem::path
      system_file{};  ///< for the whole machine, in the form of `.env`; "" for none

  /// Whether the program was called by one of Ralph's names, `ralph` or `uvicorn`: some defaults
  /// are Ralph's then.
  bool by_ralphs_name = false;

  /// Those of this process.
  static Sources of_process(Overrides command_line, bool by_ralphs_name);
};

/// One line of `lectern config`.
struct Effective {
  std::string name;     ///< RALPH_...
  std::string value;    ///< as text, secrets masked
  std::string origin;   ///< "default", "environment LECTERN_...", ".env RALPH_...", ...
  std::string meaning;  ///< one line
  bool honoured = true;
};

/// All settings, with where each came from.
struct Loaded {
  Settings settings;
  std::vector<Effective> effective;   ///< every setting of the table, in its order
  std::vector<std::string> warnings;  ///< what the log should say at start, a line each
};

/// Looks every setting up, strongest source first (within one source LECTERN_ before RALPH_), and
/// checks it. Errors: invalid; the message names the setting as the user spelt it, its value
/// (masked where secret) and what is allowed.
Result<Loaded> load_settings(const Sources& sources);

/// The names, without prefix, of the settings of a backend group such as "ES", behind
/// `BACKENDS__LRS__ES__`; for runserver's options.
struct BackendOption {
  std::string_view setting;  ///< BACKENDS__LRS__ES__HOSTS
  bool boolean = false;
  bool honoured = true;  ///< false: taken for Ralph's sake
  std::string_view meaning;
};
/// The settings of all backends, in the order of the backends.
std::vector<BackendOption> backend_options();

}  // namespace lectern::cli
