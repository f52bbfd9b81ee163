#include "cli/authentication.h"

#include <algorithm>
#include <vector>

#include "auth/any_of.h"
#include "base/log.h"

namespace lectern::cli {
namespace {

bool wanted(const Settings& settings, std::string_view way) {
  const auto& ways = settings.auth_backends;
  return std::find(ways.begin(), ways.end(), way) != ways.end();
}

/// Callers of each way that may wait or have something checked: half of the workers in all.
unsigned waiting_max(const Settings& settings) {
  const auto ways = static_cast<std::int64_t>(settings.auth_backends.size());
  return static_cast<unsigned>(std::max<std::int64_t>(1, settings.workers / 2 / ways));
}

/// One line that names who may do more than their scopes say.
void warn_of_unenforced(const auth::Credentials& all) {
  constexpr std::size_t names_max = 20;
  std::size_t count = 0;
  std::string names;
  for (const auto& [name, user] : all.users) {
    if (user->disabled || user->principal->scopes.holds(auth::Scope::all)) continue;
    if (++count <= names_max) names += (names.empty() ? "" : ", ") + name;
  }
  if (count > names_max) names += fmt::format(" and {} more", count - names_max);
  if (count > 0)
    log::warning(
        "scopes are not enforced (RALPH_LRS_RESTRICT_BY_SCOPES=false): these users may do more "
        "than their scopes say: {}",
        names);
}

Result<std::unique_ptr<auth::BasicAuthenticator>> open_basic(const Settings& settings) {
  auth::BasicOptions options;
  options.file = settings.auth_file;
  options.cache_entries_max = static_cast<std::size_t>(settings.auth_cache_entries_max);
  options.cache_ttl = std::chrono::seconds(settings.auth_cache_ttl_s);
  options.checks_max = static_cast<unsigned>(settings.auth_checks_max);
  options.waiting_max = waiting_max(settings);
  options.throttle.failures_max = static_cast<unsigned>(settings.auth_failures_max);
  options.throttle.delay_max = std::chrono::milliseconds(settings.auth_delay_max_ms);
  TRY(auto basic, auth::BasicAuthenticator::open(std::move(options)));
  if (!basic->has_file())
    log::warning(
        "no credentials file at {}: every request with a password is refused until `lectern user "
        "add NAME -s all -M mailto:NAME@example.org` has made it",
        settings.auth_file);
  if (!settings.restrict_by_scopes) warn_of_unenforced(*basic->users());
  return basic;
}

std::unique_ptr<auth::OidcAuthenticator> make_oidc(const Settings& settings) {
  auth::OidcOptions options;
  options.provider.issuer_uri = settings.oidc_issuer_uri;
  options.provider.client_id = settings.oidc_client_id;
  options.provider.client_secret = settings.oidc_client_secret;
  options.audience = settings.oidc_audience;
  options.cache_entries_max = static_cast<std::size_t>(settings.auth_cache_entries_max);
  options.cache_ttl = std::chrono::seconds(settings.oidc_cache_ttl_s);
  options.calls_max = std::max(1U, waiting_max(settings) / 2);
  options.waiting_max = options.calls_max;
  if (settings.oidc_audience.empty())
    log::warning(
        "RALPH_RUNSERVER_AUTH_OIDC_AUDIENCE is empty: every token of {} is taken, those made for "
        "other services too; set it to what `aud` names in tokens for this one",
        settings.oidc_issuer_uri);
  return std::make_unique<auth::OidcAuthenticator>(std::move(options));
}

}  // namespace

Result<Authentication> open_authentication(const Settings& settings) {
  Authentication all;
  std::vector<std::unique_ptr<auth::Authenticator>> ways;
  if (wanted(settings, "basic")) {
    TRY(auto basic, open_basic(settings));
    all.basic = basic.get();
    ways.push_back(std::move(basic));
  }
  if (wanted(settings, "oidc")) {
    auto oidc = make_oidc(settings);
    all.oidc = oidc.get();
    ways.push_back(std::move(oidc));
  }
  all.authenticator = auth::any_of(std::move(ways));
  return all;
}

std::map<std::string, std::string> targets_of_users(const Authentication& authentication) {
  std::map<std::string, std::string> targets;
  if (authentication.basic == nullptr) return targets;
  const auto all = authentication.basic->users();
  for (const auto& [name, user] : all->users)
    if (!user->principal->target.empty()) targets.emplace(name, user->principal->target);
  return targets;
}

void watch(metrics::Registry& registry, const Authentication& authentication) {
  const auto count = [&registry](std::string_view name, std::string_view help, auto read,
                                 metrics::Labels labels = {}) {
    registry.counter_read(
        name, help, [read] { return static_cast<double>(read()); }, std::move(labels));
  };
  const std::string failed = "lectern_failed_logins_total";
  const std::string failed_help = "Requests with wrong credentials";
  const std::string away = "lectern_logins_turned_away_total";
  const std::string away_help = "Requests that got 503 because too many checks waited";
  if (const auto* basic = authentication.basic; basic != nullptr) {
    registry.gauge_read("lectern_credentials_file_broken",
                        "1 while auth.json cannot be used as it is: the users before that stay",
                        [basic] { return basic->has_broken_file() ? 1.0 : 0.0; });
    count("lectern_basic_checks_total", "Passwords that were checked with bcrypt",
          [basic] { return basic->counts().checks; });
    count("lectern_basic_cache_hits_total", "Credentials known from the cache",
          [basic] { return basic->counts().remembered; });
    count("lectern_logins_delayed_total", "Requests that got 429 after failed logins",
          [basic] { return basic->counts().delayed; });
    count(failed, failed_help, [basic] { return basic->counts().failed; }, {{"way", "basic"}});
    count(away, away_help, [basic] { return basic->counts().turned_away; }, {{"way", "basic"}});
  }
  if (const auto* oidc = authentication.oidc; oidc != nullptr) {
    count(failed, failed_help, [oidc] { return oidc->counts().failed; }, {{"way", "oidc"}});
    count(away, away_help, [oidc] { return oidc->counts().turned_away; }, {{"way", "oidc"}});
  }
}

}  // namespace lectern::cli
