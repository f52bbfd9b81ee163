#include "cli/serve.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/json/json.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/page_bytes.h"
#include "cli/authentication.h"
#include "cli/command.h"
#include "cli/process/control_socket.h"
#include "cli/process/file_watch.h"
#include "cli/process/maintenance_control.h"
#include "cli/process/process_limits.h"
#include "cli/process/process_metrics.h"
#include "cli/process/sentry.h"
#include "cli/process/service_manager.h"
#include "cli/process/signals.h"
#include "cli/process/span_exporter.h"
#include "http/resources/metrics.h"
#include "http/service.h"
#include "http/wire/server.h"
#include "lrs/forwarding/forwarder.h"
#include "lrs/live/live_feed.h"
#include "lrs/lrs.h"
#include "lrs/statistics/fact_cache.h"
#include "net/answer_budget.h"
#include "store/check_target.h"
#include "store/open.h"
#include "xapi/version.h"

namespace lectern::cli {
namespace {

/// The host as it stands in a URL: IPv6 addresses have brackets (RFC 3986, 3.2.2).
std::string url_host(const std::string& host) {
  return host.find(':') == host.npos ? host : "[" + host + "]";
}

/// What signals do to a running server, and the TLS files that it looks after.
class Operation {
 public:
  Operation(const Settings& settings, http::Server& server)
      : server_(server), tls_files_({settings.tls_certificate, settings.tls_key}) {}

  void stop() {
    notify_stopping();
    server_.stop();
  }
  void reload() {
    notify_reloading();
    log::info("SIGHUP was received: {}the credentials file is read again whenever it changes",
              tls_files_.empty() ? "" : "the TLS certificate is read again; ");
    tls_files_.changed();
    reload_tls();
    notify_ready();
  }
  void look() {
    if (tls_files_.changed()) reload_tls();
  }

 private:
  void reload_tls() {
    if (tls_files_.empty()) return;
    if (const auto done = server_.reload_tls(); !done)
      log::error("{}: the former certificate is served on; put a whole pair of files in place",
                 done.error().message);
    else
      log::info("the TLS certificate was read again: new connections get it");
  }

  http::Server& server_;
  FileWatch tls_files_;
};

lrs::Options lrs_options(const Settings& settings) {
  lrs::Options options;
  options.page_rows_max = static_cast<std::size_t>(settings.search_hits_max);
  // Both given is Ralph's way: scopes decide who sees others' statements.
  const bool both = settings.restrict_by_authority && settings.restrict_by_scopes_given;
  options.restrict_by_authority = settings.restrict_by_authority && !both;
  options.restrict_by_scopes = settings.restrict_by_scopes;
  options.restrict_documents = both;
  options.takes_as_ralph = settings.validation == "ralph";
  options.unconditional_profile_users = settings.unconditional_profile_users;
  options.store_deadline = std::chrono::milliseconds(settings.store_timeout_ms);
  options.document_bytes_max = static_cast<std::uint64_t>(settings.body_bytes_max);
  return options;
}

http::SignIn sign_in(const Settings& settings) {
  const auto has = [&](std::string_view way) {
    const auto& ways = settings.auth_backends;
    return std::find(ways.begin(), ways.end(), way) != ways.end();
  };
  http::SignIn out;
  out.basic = has("basic");
  if (!has("oidc")) return out;
  out.issuer = settings.oidc_issuer_uri;
  out.client_id = settings.console_oidc_client_id;
  out.scope = settings.console_oidc_scope;
  out.audience = settings.oidc_audience;
  return out;
}

http::ServiceOptions service_options(const Settings& settings) {
  http::ServiceOptions options;
  options.require_version_header = settings.require_version_header;
  options.default_version =
      xapi::parse_version(settings.default_version).value_or(xapi::Version::v1_0_3);
  options.partial_success_default = settings.partial_success_default;
  options.root_path = settings.root_path;
  options.metrics = settings.metrics;
  options.metrics_credentials = settings.metrics_credentials;
  options.access_log = settings.access_log;
  options.console = settings.console;
  options.sign_in = sign_in(settings);
  options.attachment_bytes_max = static_cast<std::uint64_t>(settings.attachment_bytes_max);
  return options;
}

/// The connections that are wanted, or as many as there are descriptors for.
std::size_t connections_max(const Settings& settings) {
  const auto wanted = static_cast<std::size_t>(settings.connections_max);
  const auto descriptors = raise_descriptor_limit();
  const auto possible = connections_within(
      descriptors, wanted, static_cast<std::size_t>(settings.store_connections_max));
  if (possible < wanted)
    log::warning(
        "{} client connections at most, not {} (LECTERN_RUNSERVER_CONNECTIONS_MAX): this process "
        "may open {} files, some of which the store needs; raise `ulimit -n` or LimitNOFILE",
        possible, wanted, descriptors);
  return possible;
}

http::ServerOptions server_options(const Settings& settings, http::Application& app) {
  auto options = settings.server_options();
  // Some pages at once are to fit, whatever the memory.
  set_page_bytes_max(static_cast<std::size_t>(
      std::min<std::uint64_t>(static_cast<std::uint64_t>(settings.page_bytes_max),
                              std::max<std::uint64_t>(1024, options.memory_bytes_max / 32))));
  net::all_answers().set_bytes_max(static_cast<std::size_t>(
      std::min<std::uint64_t>(net::all_answers().bytes_max(), options.memory_bytes_max / 4)));
  options.connections_max = connections_max(settings);
  options.admit = [&app](http::Request& head, bool has_body, bool may_block) {
    return http::admit(app, head, has_body, may_block);
  };
  options.on_own_answer = [&app](const http::Request& request, http::Response& response) {
    http::complete_own_answer(app, request, response);
  };
  return options;
}

/// Lets the registry read what forwarding and authentication count.
void watch(metrics::Registry& registry, const lrs::Forwarder& forwarder,
           const Authentication& authentication) {
  for (const auto& status : forwarder.status())
    registry.gauge_read("lectern_forwarding_lag_seconds",
                        "Age of the oldest statement that a receiver lacks",
                        [&forwarder, name = status.receiver] {
                          for (const auto& one : forwarder.status())
                            if (one.receiver == name) return static_cast<double>(one.lag_ms) / 1000;
                          return 0.0;
                        },
                        {{"receiver", status.receiver}});
  watch(registry, authentication);
}

std::string embedded_folder(const Settings& settings) {
  const bool elsewhere =
      settings.backend != "embedded" && settings.store_documents.starts_with('/');
  return elsewhere ? settings.store_documents : settings.app_dir + "/embedded";
}

/// Where facts of statements are kept (lrs/statistics/fact_cache.h): in the embedded store's own
/// folder, so that they go where it goes when it is repaired or put back; those of a database in a
/// folder of the application's, by what it is called.
std::filesystem::path facts_folder(const Settings& settings, const store::Stores& stores) {
  if (settings.backend == "embedded") return embedded_folder(settings) + "/facts";
  constexpr std::size_t name_digits = 32;
  const auto name = to_hex(sha256(settings.backend + " " + stores.location));
  return std::filesystem::path(settings.app_dir) / "facts" / name.substr(0, name_digits);
}

/// Does what commands ask of the running server, and tells /metrics of damage. Null where there is
/// no embedded store, or no socket can be made: that is logged, and no reason not to serve.
std::unique_ptr<ControlSocket> listen_to_commands(const Settings& settings, store::Stores& stores,
                                                  metrics::Registry& registry, lrs::Lrs& lrs) {
  auto* const maintenance = stores.maintenance.get();
  if (maintenance == nullptr) return nullptr;
  registry.gauge_read("lectern_store_damaged",
                      "1 once damage to the embedded store was met, since the start",
                      [maintenance] { return maintenance->is_damaged() ? 1.0 : 0.0; });
  watch_folder(registry, embedded_folder(settings));
  auto control = ControlSocket::listen(settings.app_dir, control_of(stores, settings, lrs));
  if (control) return std::move(*control);
  log::info("`lectern backup` needs this server to be stopped: {}", control.error().message);
  return nullptr;
}

/// Of a database that says nothing of its own at the start. Blocks as long as asking it takes.
void warn_if_away(const std::string& backend, const store::Stores& stores) {
  if (backend != "es" && backend != "async_es" && backend != "clickhouse") return;
  if (stores.statements->health() == store::Health::away)
    log::warning("{} does not answer: requests get 503 until it does", stores.location);
}

/// What a user stores under a name of the database's own, or of ours, would be lost or in the way.
void warn_of_target(const Settings& settings, const std::string& user, const std::string& target) {
  if (const auto usable = store::check_target(settings.store_settings(), target); !usable)
    log::error("the user {} cannot store anything, and is refused: {}; give it another target",
               user, usable.error().message);
}

lrs::StoreRefs refs_of(const store::Stores& stores) {
  return {*stores.statements, *stores.documents, *stores.blobs, stores.few_document_callers};
}

/// The targets of all users; told of where one cannot be used.
std::vector<std::string> forwarded_targets(const Settings& settings,
                                           const Authentication& authentication) {
  std::vector<std::string> targets;
  for (const auto& [user, target] : targets_of_users(authentication)) {
    warn_of_target(settings, user, target);
    targets.push_back(target);
  }
  return targets;
}

}  // namespace

int serve(const Loaded& loaded) {
  const Settings& settings = loaded.settings;
  log::configure(settings.log_level, settings.log_format);
  for (const auto& warning : loaded.warnings) log::warning("{}", warning);
  json::set_values_max(static_cast<std::size_t>(settings.json_values_max),
                       "LECTERN_RUNSERVER_JSON_VALUES_MAX");
  block_signals();

  std::unique_ptr<Sentry> sentry;
  if (!settings.sentry_dsn.empty()) {
    auto started = Sentry::start(settings.sentry_dsn, settings.execution_environment);
    if (!started) return failure(started.error());
    sentry = std::move(*started);
  }
  auto authentication = open_authentication(settings);
  if (!authentication) return failure(authentication.error());
  auto receivers = lrs::parse_receivers(settings.forwardings_json);
  if (!receivers) return failure(receivers.error());
  std::error_code ignored;
  std::filesystem::create_directories(settings.app_dir, ignored);
  auto stores = store::open_stores(settings.store_settings());
  if (!stores) return failure(stores.error());

  for (const auto& warning : stores->warnings) log::warning("{}", warning);

  metrics::Registry registry;
  auto spans = SpanExporter::start(settings, registry);
  if (!spans) return failure(spans.error());
  const auto targets = forwarded_targets(settings, *authentication);
  const auto refs = refs_of(*stores);
  lrs::Forwarder forwarder(refs, std::move(*receivers), targets);
  lrs::Tolerated tolerated(registry);
  lrs::Lrs lrs{refs, lrs_options(settings), lrs::Counters(registry)};
  lrs.forwarder = &forwarder;
  lrs.tolerated = &tolerated;
  lrs::FactCache facts(settings.statistics_memory(), facts_folder(settings, *stores));
  lrs.facts = &facts;
  lrs::LiveFeeds live;
  lrs.live = &live;
  http::Application app{lrs, *authentication->authenticator, registry, service_options(settings),
                        http::Cors(settings.cors_allow_origins)};
  if (*spans)
    app.tracing = {settings.sampler(), [&](std::string span) { (*spans)->take(std::move(span)); }};

  auto options = server_options(settings, app);
  auto inherited = inherited_socket();
  if (!inherited) return failure(inherited.error());
  options.listen_socket = *inherited;
  auto server = http::Server::listen(
      options, [&](http::Request& request) { return http::serve(app, request); });
  if (!server) return failure(server.error());
  http::watch_server(registry, **server);
  watch(registry, forwarder, *authentication);
  watch_process(registry);
  const auto control = listen_to_commands(settings, *stores, registry, lrs);

  log::info("Lectern {} serves xAPI 1.0.3 and 2.0.0 on {}://{}:{}/xAPI/", LECTERN_VERSION,
            settings.tls_certificate.empty() ? "http" : "https", url_host(settings.host),
            (*server)->port());
  log::info("backend {}: {}", settings.backend, stores->location);
  {
    Operation operation(settings, **server);
    const SignalThread signals(
        {[&] { operation.stop(); }, [&] { operation.reload(); }, [&] { operation.look(); }});
    const std::jthread look([&] { warn_if_away(settings.backend, *stores); });
    notify_ready();
    (*server)->run();
  }
  log::info("ended");
  return 0;
}

}  // namespace lectern::cli
