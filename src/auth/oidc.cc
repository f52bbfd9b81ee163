#include "auth/oidc.h"

#include <cmath>

#include "auth/credentials.h"
#include "auth/gate.h"
#include "auth/header.h"
#include "auth/jwt.h"
#include "auth/timed_cache.h"
#include "base/digest.h"
#include "base/log.h"
#include "base/time.h"
#include "base/uuid.h"

namespace lectern::auth {
namespace {

using json::Type;
using json::Value;
using PrincipalPtr = std::shared_ptr<const Principal>;

tl::unexpected<Error> refuse(std::string why) {
  return fail(Code::unauthenticated, "Could not validate credentials", std::move(why));
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

/// A subject may hold what a URI may not, such as `auth0|1`.
std::string for_uri(std::string_view text) {
  constexpr std::string_view kept =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:@!$&'()*+,;=/%";
  std::string out;
  for (const char c : text) {
    if (kept.find(c) != kept.npos)
      out += c;
    else
      out.append("%").append(to_hex(std::string(1, c)));
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
  std::string path;  // behind the issuer
  std::string_view scope;
  std::string_view target;
};

Result<PrincipalPtr> principal_from(const Subject& subject) {
  const std::string agent =
      R"({"openid":)" + json::quoted(subject.issuer + "/" + for_uri(subject.path)) + "}";
  TRY(const auto document, json::parse(agent));
  auto principal = principal_of(subject.path, document->root());
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
        gate(options.calls_max, options.waiting_max),
        key(Uuid::random().text() + Uuid::random().text()),
        good(options.cache_entries_max) {}

  Result<double> check_claims(Value claims, std::string_view issuer) const {
    const auto exp = instant(claims, "exp"), nbf = instant(claims, "nbf");
    const auto leeway_s = static_cast<double>(options.leeway.count());
    if (!exp) return refuse("the token has no exp");
    if (*exp + leeway_s <= now_s()) return refuse("the token has expired");
    if (claims.find("nbf") && (!nbf || *nbf - leeway_s > now_s()))
      return refuse("the token is not valid yet");
    if (text_of(claims, "iss") != issuer)
      return refuse("the token is of another issuer: " + std::string(text_of(claims, "iss")));
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
    TRY(auto principal, principal_from({issuer, std::string(subject), text_of(claims, "scope"),
                                        text_of(claims, "target")}));
    return Accepted{std::move(principal), until_s};
  }

  Result<Accepted> by_introspection(const std::string& token, const std::string& issuer) {
    TRY(const auto document, provider.introspect(token));
    const Value claims = document->root();
    TRY(const double until_s, check_claims(claims, issuer));
    const std::string subject(text_of(claims, "sub"));
    Subject who{issuer, subject, text_of(claims, "scope"), text_of(claims, "target")};
    std::unique_ptr<json::Document> info;
    if (subject.empty()) {
      const std::string_view client = text_of(claims, "client_id");
      if (client.empty()) return refuse("the token has neither sub nor client_id");
      who.path = "application/" + std::string(client);
    } else {
      TRY(info, provider.user_info(token));
      if (text_of(info->root(), "sub") != subject)
        return refuse("the user info is of another subject");
      who.target = text_of(info->root(), "target");
    }
    TRY(auto principal, principal_from(who));
    return Accepted{std::move(principal), until_s};
  }

  Result<Accepted> look_at(const std::string& token) {
    TRY(const auto metadata, provider.metadata());
    if (!provider.introspects(*metadata)) return by_signature(token, metadata->issuer);
    if (!gate.enter())
      return fail(Code::unavailable, "Too many credentials are being checked, try again");
    auto accepted = by_introspection(token, metadata->issuer);
    gate.leave();
    return accepted;
  }

  const OidcOptions options;
  Provider provider;
  Gate gate;
  const std::string key;
  TimedCache<PrincipalPtr> good;  // by keyed digest: no token is kept
};

OidcAuthenticator::OidcAuthenticator(OidcOptions options)
    : state_(std::make_unique<State>(std::move(options))) {}

OidcAuthenticator::~OidcAuthenticator() = default;

Result<PrincipalPtr> OidcAuthenticator::authenticate(std::string_view header) {
  const auto token = parse_bearer(header);
  if (!token) return fail(Code::unauthenticated, "Invalid authentication credentials");
  const std::string digest = hmac_sha256(state_->key, *token);
  if (auto known = state_->good.find(digest)) return std::move(*known);
  auto accepted = state_->look_at(std::string(*token));
  if (!accepted) {
    log::debug("OpenID Connect: refused, {}", accepted.error().detail);
    return fail(accepted.error());
  }
  using std::chrono::duration;
  using std::chrono::duration_cast;
  using Clock = std::chrono::steady_clock;
  const duration<double> left(std::min(static_cast<double>(state_->options.cache_ttl.count()),
                                       accepted->until_s - now_s()));
  state_->good.put(digest, accepted->principal,
                   Clock::now() + duration_cast<Clock::duration>(left));
  return std::move(accepted->principal);
}

PrincipalPtr OidcAuthenticator::known(std::string_view header) {
  const auto token = parse_bearer(header);
  if (!token) return nullptr;
  return state_->good.find(hmac_sha256(state_->key, *token)).value_or(nullptr);
}

}  // namespace lectern::auth
