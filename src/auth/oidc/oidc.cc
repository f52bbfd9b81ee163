#include "auth/oidc/oidc.h"

#include <array>
#include <atomic>
#include <cmath>

#include "auth/basic/credentials.h"
#include "auth/check_queue.h"
#include "auth/header.h"
#include "auth/oidc/jwt.h"
#include "auth/timed_cache.h"
#include "base/bounded_log.h"
#include "base/digest.h"
#include "base/json/writer.h"
#include "base/time/time.h"
#include "base/uuid.h"

namespace lectern::auth {
namespace {

using json::Type;
using json::Value;

tl::unexpected<Error> refuse(std::string why) {
  return fail(Code::unauthenticated, "Could not validate credentials", std::move(why));
}

tl::unexpected<Error> no_token() {
  return fail(Code::unauthenticated, "Invalid authentication credentials");
}

double now_s() { return static_cast<double>(now().time_since_epoch().count()) / 1e6; }

std::optional<double> instant(Value claims, std::string_view name) {
  const auto member = claims.find(name);
  if (!member || !member->is(Type::number) || !std::isfinite(member->as_double()))
    return std::nullopt;
  return member->as_double();
}

bool names_audience(Value claims, std::string_view wanted) {
  const auto aud = claims.find("aud");
  if (!aud) return false;
  if (aud->is(Type::string)) return aud->string() == wanted;
  if (!aud->is(Type::array)) return false;
  for (const Value one : aud->children())
    if (one.is(Type::string) && one.string() == wanted) return true;
  return false;
}

constexpr std::string_view applications = "application/";

constexpr bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// Whether a percent sign at `at` of a subject would be read as an escape of ours.
bool looks_escaped(std::string_view text, std::size_t at, std::string_view kept) {
  if (at + 2 >= text.size() || !is_hex(text[at + 1]) || !is_hex(text[at + 2])) return false;
  const auto byte = from_hex(text.substr(at + 1, 2));
  return byte && (*byte == "%" || kept.find(*byte) == kept.npos ||
                  (*byte == "/" && text.substr(0, at) == "application"));
}

/// The name of a subject behind the issuer. A subject may hold what a URI may not, such as
/// `auth0|1`, which is escaped; so is what would make it the name of another subject: an escape
/// that it holds itself, and the slash of `application/`, behind which clients have their names.
std::string name_of_subject(std::string_view text) {
  constexpr std::string_view kept =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:@!$&'()*+,;=/%";
  const bool like_an_application = text.starts_with(applications);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool escaped = kept.find(c) == kept.npos || (c == '%' && looks_escaped(text, i, kept)) ||
                         (like_an_application && i + 1 == applications.size());
    if (escaped)
      out.append("%").append(to_hex(std::string(1, c)));
    else
      out += c;
  }
  return out;
}

Scopes scopes_of(std::string_view words) {
  Scopes scopes;
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    scopes.add(words.substr(0, end));  // openid, email and their like are passed over
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return scopes;
}

/// A principal, and the second since 1970 at which its token ends.
struct Accepted {
  PrincipalPtr principal;
  double until_s = 0;
};

struct Subject {
  std::string issuer;
  std::string username;  // for logs
  std::string path;      // behind the issuer
  std::string_view scope;
  std::string_view target;
};

Result<PrincipalPtr> principal_from(const Subject& subject) {
  json::Writer agent;
  agent.object().member("openid", subject.issuer + "/" + subject.path).end();
  TRY(const auto document, json::parse(agent.take()));
  auto principal = principal_of(subject.username, document->root());
  if (!principal) return refuse("the subject makes no agent: " + principal.error().message);
  principal->scopes = scopes_of(subject.scope);
  principal->target = subject.target;
  return std::make_shared<const Principal>(std::move(*principal));
}

}  // namespace

struct OidcAuthenticator::State {
  explicit State(OidcOptions given)
      : options(std::move(given)),
        provider(options.provider),
        refusals({.failures_max = 0, .entries_max = addresses_max}),
        queue(options.calls_max, options.waiting_max),
        key(Uuid::random().text() + Uuid::random().text()),
        good(options.cache_entries_max),
        refused(options.refused_entries_max) {}

  Result<double> check_claims(Value claims, std::string_view issuer) const {
    const auto exp = instant(claims, "exp"), nbf = instant(claims, "nbf");
    const auto leeway_s = static_cast<double>(options.leeway.count());
    if (!exp) return refuse("the token has no exp");
    if (*exp + leeway_s <= now_s()) return refuse("the token has expired");
    if (claims.find("nbf") && (!nbf || *nbf - leeway_s > now_s()))
      return refuse("the token is not valid yet");
    if (text_of(claims, "iss") != issuer)
      return refuse("the token is of another issuer: " + log::printable(text_of(claims, "iss")));
    if (!options.audience.empty() && !names_audience(claims, options.audience))
      return refuse("the token is for another audience");
    return *exp + leeway_s;
  }

  Result<Accepted> by_signature(std::string_view token, const std::string& issuer) {
    TRY(const Jwt jwt, parse_jwt(token));
    RETURN_IF_ERROR(provider.verify(jwt));
    const Value claims = jwt.claims->root();
    TRY(const double until_s, check_claims(claims, issuer));
    const std::string_view subject = text_of(claims, "sub");
    if (subject.empty()) return refuse("the token has no sub");
    TRY(auto principal, principal_from({issuer, std::string(subject), name_of_subject(subject),
                                        text_of(claims, "scope"), text_of(claims, "target")}));
    return Accepted{std::move(principal), until_s};
  }

  Result<Accepted> by_introspection(const std::string& token, const std::string& issuer) {
    TRY(const auto document, provider.introspect(token));
    const Value claims = document->root();
    TRY(const double until_s, check_claims(claims, issuer));
    const std::string subject(text_of(claims, "sub"));
    Subject who{issuer, subject, name_of_subject(subject), text_of(claims, "scope"),
                text_of(claims, "target")};
    std::unique_ptr<json::Document> info;
    if (subject.empty()) {
      const std::string_view client = text_of(claims, "client_id");
      if (client.empty()) return refuse("the token has neither sub nor client_id");
      who.username = std::string(applications) + std::string(client);
      who.path = std::string(applications) + name_of_subject(client);
    } else {
      TRY(info, provider.user_info(token));
      if (text_of(info->root(), "sub") != subject)
        return refuse("the user info is of another subject");
      who.target = text_of(info->root(), "target");
    }
    TRY(auto principal, principal_from(who));
    return Accepted{std::move(principal), until_s};
  }

  /// `digest` stands for the token.
  Result<Accepted> look_at(const std::string& token, const std::string& digest,
                           std::string_view address) {
    TRY(const auto metadata, provider.metadata());
    if (!provider.introspects(*metadata)) return by_signature(token, metadata->issuer);
    const auto now = Throttle::Clock::now();
    if (!queue.enter(refusals.look(address, digest, now).standing, network_of(address))) {
      ++turned_away;
      return fail(Code::unavailable, "Too many credentials are being checked, try again");
    }
    auto accepted = by_introspection(token, metadata->issuer);
    queue.leave();
    if (!accepted && accepted.error().code == Code::unauthenticated)
      refusals.failed(address, digest, now);
    return accepted;
  }

  /// Says why in the log, which need not hold a line for each, and takes that out of the answer.
  Result<PrincipalPtr> refuse_login(Error error, std::string_view address) {
    if (error.code == Code::unauthenticated) {
      ++failures;
      const auto remote = loggable(address);
      const std::array<log::Field, 1> fields = {{{"remote", remote}}};
      log_refused.write(fmt::format("failed login: bearer token from {}: {}", remote,
                                    error.detail.empty() ? error.message : error.detail),
                        fields);
    } else if (!error.detail.empty()) {
      log_away.write(fmt::format("OpenID Connect: {}: {}", error.message, error.detail));
    }
    error.detail.clear();
    return fail(std::move(error));
  }

  std::optional<Result<PrincipalPtr>> from_memory(const std::string& digest,
                                                  std::string_view address) {
    if (auto known = good.find(digest)) return std::move(*known);
    if (refused.find(digest))
      return refuse_login(Error{Code::unauthenticated,
                                "Could not validate credentials",
                                {},
                                {},
                                "a token that was refused a moment ago"},
                          address);
    return std::nullopt;
  }

  static constexpr std::size_t addresses_max = 4096;

  const OidcOptions options;
  Provider provider;
  Throttle refusals;  // by address; a token has no name
  CheckQueue queue;
  const std::string key;
  TimedCache<PrincipalPtr> good;  // by keyed digest: no token is kept
  TimedCache<bool> refused;       // likewise
  log::BoundedLog log_refused{log::Level::warning, "failed logins with bearer tokens"};
  log::BoundedLog log_away{log::Level::error, "bearer tokens that could not be checked"};
  std::atomic<std::uint64_t> failures = 0;
  std::atomic<std::uint64_t> turned_away = 0;
};

OidcAuthenticator::OidcAuthenticator(OidcOptions options)
    : state_(std::make_unique<State>(std::move(options))) {}

OidcAuthenticator::~OidcAuthenticator() = default;

OidcAuthenticator::Counts OidcAuthenticator::counts() const {
  return {state_->failures, state_->turned_away};
}

std::optional<Result<PrincipalPtr>> OidcAuthenticator::remembered(const Attempt& attempt) {
  const auto token = parse_bearer(attempt.header);
  if (!token) return no_token();
  return state_->from_memory(hmac_sha256(state_->key, *token), attempt.address);
}

Result<PrincipalPtr> OidcAuthenticator::authenticate(const Attempt& attempt) {
  using std::chrono::duration;
  using std::chrono::duration_cast;
  using Clock = std::chrono::steady_clock;
  const auto token = parse_bearer(attempt.header);
  if (!token) return no_token();
  const std::string digest = hmac_sha256(state_->key, *token);
  if (auto known = state_->from_memory(digest, attempt.address)) return std::move(*known);
  auto accepted = state_->look_at(std::string(*token), digest, attempt.address);
  if (!accepted) {
    if (accepted.error().code == Code::unauthenticated)
      state_->refused.put(digest, true, Clock::now() + state_->options.refused_ttl);
    return state_->refuse_login(std::move(accepted).error(), attempt.address);
  }
  const duration<double> left(std::min(static_cast<double>(state_->options.cache_ttl.count()),
                                       accepted->until_s - now_s()));
  state_->good.put(digest, accepted->principal,
                   Clock::now() + duration_cast<Clock::duration>(left));
  return std::move(accepted->principal);
}

}  // namespace lectern::auth
