#include "cli/authentication.h"

#include <algorithm>
#include <vector>

#include "auth/any_of.h"
#include "auth/oidc.h"
#include "base/log.h"

namespace lectern::cli {
namespace {

bool wanted(const Settings& settings, std::string_view way) {
  const auto& ways = settings.auth_backends;
  return std::find(ways.begin(), ways.end(), way) != ways.end();
}

Result<std::unique_ptr<auth::BasicAuthenticator>> open_basic(const Settings& settings) {
  auth::BasicOptions options;
  options.file = settings.auth_file;
  options.cache_entries_max = static_cast<std::size_t>(settings.auth_cache_entries_max);
  options.cache_ttl = std::chrono::seconds(settings.auth_cache_ttl_s);
  options.checks_max = static_cast<unsigned>(settings.auth_checks_max);
  // Checks, those that wait too, may take half of the workers.
  options.waiting_max = static_cast<unsigned>(settings.workers / 2);
  TRY(auto basic, auth::BasicAuthenticator::open(std::move(options)));
  if (!basic->has_file())
    log::warning(
        "no credentials file at {}: every request with a password is refused until `lectern auth "
        "-u NAME -s all -M mailto:NAME@example.org -w` has made it",
        settings.auth_file);
  return basic;
}

std::unique_ptr<auth::Authenticator> make_oidc(const Settings& settings) {
  auth::OidcOptions options;
  options.provider.issuer_uri = settings.oidc_issuer_uri;
  options.provider.client_id = settings.oidc_client_id;
  options.provider.client_secret = settings.oidc_client_secret;
  options.audience = settings.oidc_audience;
  options.cache_entries_max = static_cast<std::size_t>(settings.auth_cache_entries_max);
  options.cache_ttl = std::chrono::seconds(settings.oidc_cache_ttl_s);
  options.calls_max = static_cast<unsigned>(std::max<std::int64_t>(1, settings.workers / 4));
  options.waiting_max = options.calls_max;
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
  if (wanted(settings, "oidc")) ways.push_back(make_oidc(settings));
  all.authenticator = auth::any_of(std::move(ways));
  return all;
}

}  // namespace lectern::cli
