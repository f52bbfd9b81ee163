#include "cli/settings/settings_table.h"

#include <array>

namespace lectern::cli {
namespace {

constexpr std::int64_t day_ms = 24 * 3600 * 1000;
constexpr std::int64_t year_s = 366 * 24 * 3600;

using S = Settings;

/// A setting that Ralph has and that has no meaning here.
constexpr Row accepted(std::string_view name, std::string_view fallback, std::string_view why,
                       bool secret = false) {
  Row row{name, Kind::text, fallback, why};
  row.honoured = false;
  row.secret = secret;
  return row;
}

constexpr Row choice(Row row, std::string_view choices) {
  row.choices = choices;
  return row;
}

constexpr Row secret(Row row) {
  row.secret = true;
  return row;
}

/// Whose default is Ralph's own when the program is called `ralph` or `uvicorn`.
constexpr Row for_ralph(Row row, std::string_view fallback) {
  row.ralphs_fallback = fallback;
  return row;
}

constexpr Row also_spelt(Row row, std::string_view other) {
  row.other = other;
  return row;
}

// clang-format off
constexpr std::array rows = {
    // Files
    Row{"APP_DIR", &S::app_dir, "", "folder of the auth file and the embedded store; without it ~/.config/lectern, or ~/.config/ralph where that holds an auth.json and the other nothing"},
    Row{"AUTH_FILE", &S::auth_file, "", "credentials for Basic authentication; without it <APP_DIR>/auth.json"},
    Row{"SECRETS_DIR", Kind::text, "", "folder whose files hold settings: the file's name is the setting's, with prefix; without it systemd's CREDENTIALS_DIRECTORY"},
    Row{"HISTORY_FILE", &S::history_file, "", "what lectern read and write have read and written, for list --new; without it <APP_DIR>/history.json"},
    accepted("LOCALE_ENCODING", "utf8", "files are always read as UTF-8"),

    // The server
    Row{"RUNSERVER_BACKEND", &S::backend, "embedded", "where statements are kept; without it es where settings of ES are given, as in Ralph"},
    Row{"RUNSERVER_HOST", &S::host, "0.0.0.0", "address to listen on"},
    Row{"RUNSERVER_PORT", &S::port, "8100", "port to listen on; 0 takes any free one", 0, 65535},
    Row{"RUNSERVER_ROOT_PATH", &S::root_path, "", "path under which a proxy serves this server; goes before paths in answers"},
    Row{"RUNSERVER_MAX_SEARCH_HITS_COUNT", &S::search_hits_max, "100", "default and maximum of the limit parameter", 1, 100'000},
    Row{"RUNSERVER_CORS_ALLOW_ORIGINS", &S::cors_allow_origins, "", "origins whose pages may call this server, as a JSON list or with commas; * for every one"},
    Row{"RUNSERVER_PROXY_HEADERS", &S::proxy_headers, "false", "take the client's address from X-Forwarded-For"},
    Row{"RUNSERVER_TLS_CERTIFICATE", &S::tls_certificate, "", "PEM file with the certificate chain; with the key: HTTPS"},
    Row{"RUNSERVER_TLS_KEY", &S::tls_key, "", "PEM file with the private key"},
    Row{"RUNSERVER_IO_THREADS", &S::io_threads, "1", "threads that read and write the network", 1, 256},
    Row{"RUNSERVER_WORKERS", &S::workers, "64", "threads that work on requests", 1, 4096},
    Row{"RUNSERVER_QUEUE_MAX", &S::queue_max, "1024", "requests waiting for a worker; more get 503", 1, 1'000'000},
    Row{"RUNSERVER_CONNECTIONS_MAX", &S::connections_max, "10000", "client connections at once", 1, 1'000'000},
    Row{"RUNSERVER_HEADER_BYTES_MAX", &S::header_bytes_max, "32768", "bytes of a request's headers; more get 431", 1024, 16 * 1024 * 1024},
    Row{"RUNSERVER_JSON_VALUES_MAX", &S::json_values_max, "4000000", "values in one JSON text that a client sends; more get 413. A text may have 262,144 and one for each 12 bytes besides", 1024, 100'000'000},
    Row{"RUNSERVER_BODY_BYTES_MAX", &S::body_bytes_max, "104857600", "bytes of a request's body, unzipped too; more get 413", 1024, 4'294'901'760},
    Row{"RUNSERVER_BODY_MEMORY_BYTES_MAX", &S::body_memory_bytes_max, "4194304", "bytes of a body kept in memory; larger ones go to a file", 0, 4'294'901'760},
    Row{"RUNSERVER_MEMORY_BYTES_MAX", &S::memory_bytes_max, "0", "memory for requests under way: bodies, what is made of them, answers; what does not fit waits a second, then gets 503; a quarter of it beside, 256 MiB at most, is for answers of databases and other servers; 0: half of what the machine or the container has", 0, 1'099'511'627'776},
    Row{"RUNSERVER_SPOOL_BYTES_MAX", &S::spool_bytes_max, "0", "bytes of bodies in files together; beyond it 503; 0: a quarter of what is free in their folder at start", 0, 1'099'511'627'776},
    Row{"RUNSERVER_PAGE_BYTES_MAX", &S::page_bytes_max, "8388608", "bytes of one page's statements, at which it ends before its limit; one statement is always given", 1024, 4'294'901'760},
    Row{"RUNSERVER_STATISTICS_BYTES_MAX", &S::statistics_bytes_max, "0", "memory for the facts of statements, beside those in files, by which statistics are told in milliseconds; where they do not fit each question reads the statements; 0: an eighth of what the machine or the container has", 0, 1'099'511'627'776},
    Row{"RUNSERVER_SPOOL_DIR", &S::spool_dir, "", "folder of those files; without it $TMPDIR or /tmp"},
    Row{"RUNSERVER_HEADER_DEADLINE_MS", &S::header_deadline_ms, "15000", "for one request's headers, whole", 1, day_ms},
    Row{"RUNSERVER_BODY_IDLE_MS", &S::body_idle_ms, "15000", "without a byte of the body", 1, day_ms},
    Row{"RUNSERVER_BODY_DEADLINE_MS", &S::body_deadline_ms, "120000", "for one request's body, whole, and for a client to take an answer, for each 8 MiB begun of it", 1, day_ms},
    Row{"RUNSERVER_IDLE_DEADLINE_MS", &S::idle_deadline_ms, "60000", "between two requests of a connection", 1, day_ms},
    Row{"RUNSERVER_DRAIN_DEADLINE_MS", &S::drain_deadline_ms, "10000", "after SIGTERM, for what is under way", 0, day_ms},
    accepted("RUNSERVER_POINT_IN_TIME_KEEP_ALIVE", "1m", "pages need no point in time here"),
    Row{"METRICS", &S::metrics, "true", "whether /metrics answers"},
    Row{"METRICS_CREDENTIALS", &S::metrics_credentials, "false", "/metrics answers only who has the scope all/read"},
    Row{"ACCESS_LOG", &S::access_log, "true", "a log line for each request"},
    Row{"CONSOLE", &S::console, "true", "whether /console answers: pages to see and ask with; they reach what who signs in may read"},
    Row{"CONSOLE_OIDC_CLIENT_ID", &S::console_oidc_client_id, "", "how the provider knows the console, which people then sign in to there too: a public client (PKCE, no secret) whose redirect URI is this server's /console"},
    Row{"CONSOLE_OIDC_SCOPE", &S::console_oidc_scope, "openid", "what the console asks the provider for, with blanks: openid, and the scopes here that the provider does not give by itself, such as all/read"},

    // The record store
    Row{"LRS_RESTRICT_BY_AUTHORITY", &S::restrict_by_authority, "false", "users see their own statements only"},
    for_ralph(also_spelt({"LRS_RESTRICT_BY_SCOPES", &S::restrict_by_scopes, "true", "users may do what their scopes say only; given together with LRS_RESTRICT_BY_AUTHORITY, it lets who has statements/read see others' statements"}, "LRS_RESTRICT_BY_SCOPE"), "false"),
    Row{"LRS_REQUIRE_VERSION_HEADER", &S::require_version_header, "false", "refuse requests without X-Experience-API-Version, as the standard wants"},
    choice({"LRS_DEFAULT_VERSION", &S::default_version, "1.0.3", "version that answers name where the request names none; clients of Ralph always get 1.0.3"}, "1.0.3 2.0.0"),
    Row{"LRS_PARTIAL_SUCCESS_DEFAULT", &S::partial_success_default, "false", "store the good statements of a batch unless partialSuccess=false"},
    for_ralph(choice({"LRS_VALIDATION", &S::validation, "standard", "which statements are taken: those that keep the standard, or all that Ralph takes as well; GET /xAPI/extensions/tolerated tells what that let in"}, "standard ralph"), "ralph"),
    Row{"LRS_UNCONDITIONAL_PROFILE_USERS", &S::unconditional_profile_users, "", "users, with commas, whose PUT of a profile replaces what is there although it has neither If-Match nor If-None-Match, as tincan for Python sends it"},
    accepted("LRS_ELASTICSEARCH_VALIDATE_KEYS", "true", "every key of the standard can be stored here"),
    Row{"ATTACHMENT_BYTES_MAX", &S::attachment_bytes_max, "104857600", "bytes of one attachment; more get 413", 0, 4'294'901'760},

    // Who may
    choice({"RUNSERVER_AUTH_BACKENDS", &S::auth_backends, "basic", "ways to authenticate, with commas"}, "basic oidc"),
    Row{"AUTH_CACHE_MAX_SIZE", &S::auth_cache_entries_max, "10000", "credentials that are remembered as good; 0 for none", 0, 10'000'000},
    Row{"AUTH_CACHE_TTL", &S::auth_cache_ttl_s, "3600", "seconds for which they are", 0, year_s},
    Row{"AUTH_CHECKS_MAX", &S::auth_checks_max, "0", "password checks at once, each takes 0.2 s of a core; 0: half of the cores", 0, 1024},
    Row{"AUTH_FAILURES_MAX", &S::auth_failures_max, "10", "wrong passwords from an address, and with a name, that cost nothing; behind them one has to wait, twice as long with each; forgotten after 15 min without one; 0: nobody waits", 0, 1'000'000},
    Row{"AUTH_DELAY_MAX_MS", &S::auth_delay_max_ms, "60000", "the longest of those waits; attempts meanwhile get 429", 1, day_ms},
    Row{"RUNSERVER_AUTH_OIDC_ISSUER_URI", &S::oidc_issuer_uri, "", "the OpenID Connect provider, http or https"},
    Row{"RUNSERVER_AUTH_OIDC_AUDIENCE", &S::oidc_audience, "", "what a token's aud must name"},
    Row{"RUNSERVER_AUTH_OIDC_CLIENT_ID", &S::oidc_client_id, "", "with the secret: tokens are introspected too"},
    secret({"RUNSERVER_AUTH_OIDC_CLIENT_SECRET", &S::oidc_client_secret, "", "of that client"}),
    Row{"AUTH_OIDC_CACHE_TTL", &S::oidc_cache_ttl_s, "60", "seconds for which a token that was introspected is trusted", 0, year_s},

    // Backends
    Row{"STORE_TIMEOUT_MS", &S::store_timeout_ms, "30000", "of one call to a database", 1, day_ms},
    Row{"STORE_DOCUMENTS", &S::store_documents, "", "where ClickHouse's and fs' documents are kept: a mongodb:// or http(s):// (Elasticsearch) address, so that processes share them, or a folder's absolute path; empty: in APP_DIR"},
    Row{"STORE_CONNECTIONS_MAX", &S::store_connections_max, "32", "connections to a database", 1, 10'000},
    Row{"STORE_TEXTS_BYTES_MAX", &S::store_texts_bytes_max, "268435456", "memory for the texts of recent statements, on ClickHouse and Elasticsearch; 0 for none", 0, 1'099'511'627'776},
    Row{"BACKENDS__LRS__ES__HOSTS", Kind::text, "http://localhost:9200", "Elasticsearch or OpenSearch nodes, with commas"},
    Row{"BACKENDS__LRS__ES__DEFAULT_INDEX", Kind::text, "statements", "index of users without target"},
    Row{"BACKENDS__LRS__ES__CLIENT_OPTIONS", Kind::object, "", "ca_certs (PEM file), verify_certs (boolean)"},
    Row{"BACKENDS__LRS__ES__ALLOW_YELLOW_STATUS", Kind::boolean, "false", "a yellow cluster is healthy"},
    choice({"BACKENDS__LRS__ES__REFRESH_AFTER_WRITE", Kind::text, "", "whether a write waits until lists show it"}, "false true wait_for"),
    accepted("BACKENDS__LRS__ES__POINT_IN_TIME_KEEP_ALIVE", "1m", "pages need no point in time here"),
    accepted("BACKENDS__LRS__ES__LOCALE_ENCODING", "utf8", "text is always UTF-8"),
    accepted("BACKENDS__LRS__ES__READ_CHUNK_SIZE", "500", "of data backends only"),
    accepted("BACKENDS__LRS__ES__WRITE_CHUNK_SIZE", "500", "of data backends only"),
    Row{"BACKENDS__LRS__MONGO__CONNECTION_URI", Kind::text, "mongodb://localhost:27017/", "servers, credentials and options"},
    Row{"BACKENDS__LRS__MONGO__DEFAULT_DATABASE", Kind::text, "statements", "database"},
    Row{"BACKENDS__LRS__MONGO__DEFAULT_COLLECTION", Kind::text, "marsha", "collection of users without target"},
    Row{"BACKENDS__LRS__MONGO__CLIENT_OPTIONS", Kind::object, "", "accepted as Ralph's; they are about Python"},
    accepted("BACKENDS__LRS__MONGO__LOCALE_ENCODING", "utf8", "text is always UTF-8"),
    accepted("BACKENDS__LRS__MONGO__READ_CHUNK_SIZE", "500", "of data backends only"),
    accepted("BACKENDS__LRS__MONGO__WRITE_CHUNK_SIZE", "500", "of data backends only"),
    Row{"BACKENDS__LRS__CLICKHOUSE__HOST", Kind::text, "localhost", "ClickHouse server"},
    Row{"BACKENDS__LRS__CLICKHOUSE__PORT", Kind::integer, "8123", "its HTTP port", 1, 65535},
    Row{"BACKENDS__LRS__CLICKHOUSE__DATABASE", Kind::text, "xapi", "database"},
    Row{"BACKENDS__LRS__CLICKHOUSE__EVENT_TABLE_NAME", Kind::text, "xapi_events_all", "table of users without target"},
    Row{"BACKENDS__LRS__CLICKHOUSE__USERNAME", Kind::text, "", "user"},
    secret({"BACKENDS__LRS__CLICKHOUSE__PASSWORD", Kind::text, "", "of that user"}),
    Row{"BACKENDS__LRS__CLICKHOUSE__CLIENT_OPTIONS", Kind::object, "", "settings sent with each query"},
    for_ralph(Row{"BACKENDS__LRS__CLICKHOUSE__CREATE_EVENT_TABLE", Kind::boolean, "true", "whether the database and the event table are made where they are missing"}, "false"),
    Row{"BACKENDS__LRS__CLICKHOUSE__ONE_NODE", Kind::boolean, "false", "the event table may be replicated: HOST is one node of the cluster, the same for all processes"},
    Row{"BACKENDS__LRS__CLICKHOUSE__IDS_CHUNK_SIZE", Kind::integer, "10000", "ids in one look-up", 1, 1'000'000},
    accepted("BACKENDS__LRS__CLICKHOUSE__LOCALE_ENCODING", "utf8", "text is always UTF-8"),
    accepted("BACKENDS__LRS__CLICKHOUSE__READ_CHUNK_SIZE", "500", "of data backends only"),
    accepted("BACKENDS__LRS__CLICKHOUSE__WRITE_CHUNK_SIZE", "500", "of data backends only"),
    Row{"BACKENDS__LRS__FS__DEFAULT_DIRECTORY_PATH", Kind::text, ".", "folder of the JSON lines; a user's target is a folder in it"},
    Row{"BACKENDS__LRS__FS__DEFAULT_LRS_FILE", Kind::text, "fs_lrs.jsonl", "file in it"},
    accepted("BACKENDS__LRS__FS__DEFAULT_QUERY_STRING", "*", "of data backends only"),
    accepted("BACKENDS__LRS__FS__LOCALE_ENCODING", "utf8", "text is always UTF-8"),
    accepted("BACKENDS__LRS__FS__READ_CHUNK_SIZE", "4096", "of data backends only"),
    accepted("BACKENDS__LRS__FS__WRITE_CHUNK_SIZE", "4096", "of data backends only"),

    // Elsewhere
    secret({"XAPI_FORWARDINGS", &S::forwardings_json, "", "JSON list of targets: url, is_active, basic_username, basic_password, max_retries, timeout; and from, for a receiver that is new: \"beginning\" or a date, without it what is stored from now on"}),
    secret({"SENTRY_DSN", &S::sentry_dsn, "", "where errors are reported to"}),
    Row{"EXECUTION_ENVIRONMENT", &S::execution_environment, "development", "environment named in those reports"},
    accepted("SENTRY_CLI_TRACES_SAMPLE_RATE", "1.0", "errors are reported, not traces"),
    accepted("SENTRY_LRS_TRACES_SAMPLE_RATE", "1.0", "errors are reported, not traces"),
    accepted("SENTRY_IGNORE_HEALTH_CHECKS", "false", "errors are reported, not traces"),
    Row{"CONVERTER_EDX_XAPI_UUID_NAMESPACE", &S::converter_uuid_namespace, "", "namespace, a UUID, of the ids that lectern convert makes"},
    accepted("PARSERS__GELF", "", "a Python class"),
    accepted("PARSERS__ES", "", "a Python class"),

    // OpenTelemetry's own names, without prefix
    Row{"OTEL_EXPORTER_OTLP_ENDPOINT", &S::otel_endpoint, "", "collector that spans of requests are sent to, such as http://localhost:4318; OTLP/HTTP as JSON, at /v1/traces below it; empty: none are made"},
    Row{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", &S::otel_traces_endpoint, "", "the whole URL instead"},
    secret({"OTEL_EXPORTER_OTLP_HEADERS", &S::otel_headers, "", "headers of those calls, as key=value pairs joined by commas"}),
    choice({"OTEL_EXPORTER_OTLP_PROTOCOL", &S::otel_protocol, "", "anything but http/json gets a warning: that is what is spoken"}, "http/json http/protobuf grpc"),
    Row{"OTEL_EXPORTER_OTLP_CERTIFICATE", &S::otel_certificate, "", "PEM file with the collector's authorities; without it the system's"},
    Row{"OTEL_EXPORTER_OTLP_TIMEOUT", &S::otel_timeout_ms, "10000", "milliseconds for one call", 1, day_ms},
    Row{"OTEL_SERVICE_NAME", &S::otel_service_name, "", "service.name of the spans; without it lectern"},
    Row{"OTEL_RESOURCE_ATTRIBUTES", &S::otel_resource_attributes, "", "more about this process, as key=value pairs joined by commas"},
    Row{"OTEL_SDK_DISABLED", &S::otel_disabled, "false", "no spans, whatever else is set"},
    Row{"OTEL_TRACES_EXPORTER", &S::otel_traces_exporter, "otlp", "none: no spans"},
    choice({"OTEL_TRACES_SAMPLER", &S::otel_sampler, "parentbased_always_on", "which requests become spans; parentbased: who sends a traceparent decides"}, "always_on always_off traceidratio parentbased_always_on parentbased_always_off parentbased_traceidratio"),
    Row{"OTEL_TRACES_SAMPLER_ARG", &S::otel_sampler_ratio, "", "share of the traces for traceidratio, 0 to 1; without it 1"},
    Row{"OTEL_BSP_MAX_QUEUE_SIZE", &S::otel_queue_max, "2048", "spans that wait at most; more are dropped and counted", 1, 1'000'000},
    Row{"OTEL_BSP_MAX_EXPORT_BATCH_SIZE", &S::otel_batch_max, "512", "spans of one call", 1, 100'000},
    Row{"OTEL_BSP_SCHEDULE_DELAY", &S::otel_delay_ms, "5000", "milliseconds between calls whose batch is not full", 1, day_ms},

    // Logs
    Row{"LOGGING", &S::logging_json, "", "Python's logging dictionary as JSON; levels are taken, and JSON lines where a formatter is for JSON"},
    choice({"LOG_LEVEL", &S::log_level_name, "", "least level that is logged; wins over LOGGING; without both INFO"}, "debug info warning error critical"),
    choice({"LOG_FORMAT", &S::log_format_name, "", "form of log lines; wins over LOGGING; without both text"}, "text json"),
};
// clang-format on

}  // namespace

std::span<const Row> settings_table() { return rows; }

}  // namespace lectern::cli
