#include "auth/oidc/provider.h"

#include "base/bounded_log.h"
#include "base/digest.h"
#include "base/log.h"
#include "base/text.h"
#include "xapi/query.h"

namespace lectern::auth {
namespace {

using json::Type;
using std::chrono::milliseconds;

constexpr std::size_t answer_bytes_max = 1024 * 1024;

tl::unexpected<Error> refuse(std::string why) {
  return fail(Code::unauthenticated, "Could not validate credentials", std::move(why));
}

tl::unexpected<Error> away(std::string why) {
  return fail(Code::unavailable, "The identity provider does not answer", std::move(why));
}

net::HttpOptions client_options(const ProviderOptions& options) {
  net::HttpOptions out;
  out.connections_max = 16;
  out.timeout = options.timeout;
  out.connect_timeout = options.timeout;
  out.response_bytes_max = answer_bytes_max;
  return out;
}

std::string_view without_slash(std::string_view url) {
  while (!url.empty() && url.back() == '/') url.remove_suffix(1);
  return url;
}

/// Writes an error into the log; for what runs once in a while.
template <typename T>
Result<T> logged(Result<T> outcome) {
  if (!outcome)
    log::error("OpenID Connect: {} {}", outcome.error().message, outcome.error().detail);
  return outcome;
}

/// RFC 7662 answers 200 about any token: other statuses are about the question. 400 may be about a
/// token that the provider cannot read, unless it names the client.
tl::unexpected<Error> not_introspected(const net::HttpResponse& response) {
  const std::string answers =
      "the introspection endpoint answers " + std::to_string(response.status);
  const auto document = json::parse(response.body);
  const std::string error(document && (*document)->root().is(Type::object)
                              ? text_of((*document)->root(), "error")
                              : "");
  if (response.status == 400 && error != "invalid_client" && error != "unauthorized_client")
    return refuse(answers);
  return away(answers + (error.empty() ? "" : " (" + log::printable(error) + ")") +
              ": are RUNSERVER_AUTH_OIDC_CLIENT_ID and RUNSERVER_AUTH_OIDC_CLIENT_SECRET right?");
}

/// The media type of an answer, in lower case, without parameters.
std::string media_type(const net::HttpResponse& response) {
  std::string type(response.header("Content-Type").value_or(""));
  type = type.substr(0, type.find_first_of("; "));
  for (char& c : type)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return type;
}

}  // namespace

bool CircuitBreaker::enter() {
  const MutexLock lock(mutex_);
  if (!broken_) return true;
  if (trying_ || Clock::now() < failed_at_ + retry_after_) return false;
  trying_ = true;
  return true;
}

void CircuitBreaker::leave(bool succeeded) {
  const MutexLock lock(mutex_);
  broken_ = !succeeded;
  trying_ = false;
  if (broken_) failed_at_ = Clock::now();
}

Provider::Provider(ProviderOptions options)
    : options_(std::move(options)),
      client_(client_options(options_)),
      metadata_(
          {options_.refresh_after, options_.keep_at_most, options_.retry_after, milliseconds(0)}),
      keys_({options_.refresh_after, options_.keep_at_most, options_.retry_after,
             options_.keys_interval_min}),
      tokens_(options_.retry_after) {}

Result<net::HttpResponse> Provider::ask(const net::HttpRequest& request) {
  auto response = client_.send(request);
  if (!response) return away(response.error().detail);
  if (response->status != 200)
    return away(net::without_credentials(request.url) + " answers " +
                std::to_string(response->status));
  return response;
}

/// Any status but those of a provider in trouble. What is asked for each token is what hangs when
/// the provider does: then one caller at a time waits for it.
Result<net::HttpResponse> Provider::ask_about_token(const net::HttpRequest& request) {
  if (!tokens_.enter()) return away("it did not answer a moment ago");
  auto response = client_.send(request);
  const bool answered = response && response->status < 500;
  tokens_.leave(answered);
  if (!response) return away(response.error().detail);
  if (!answered)
    return away(net::without_credentials(request.url) + " answers " +
                std::to_string(response->status));
  return response;
}

Result<std::shared_ptr<const ProviderMetadata>> Provider::fetch_metadata() {
  const std::string base(without_slash(options_.issuer_uri));
  TRY(const auto response, ask({"GET", base + "/.well-known/openid-configuration", {}, {}, {}}));
  const auto document = json::parse(response.body);
  if (!document) return away("the discovery document is not JSON");
  const json::Value root = (*document)->root();
  ProviderMetadata out{std::string(text_of(root, "issuer")), std::string(text_of(root, "jwks_uri")),
                       std::string(text_of(root, "introspection_endpoint")),
                       std::string(text_of(root, "userinfo_endpoint"))};
  if (out.issuer.empty() || out.keys_uri.empty())
    return away("the discovery document names no issuer or no jwks_uri");
  if (without_slash(out.issuer) != base)
    log::warning("OpenID Connect: {} calls itself {}, which tokens must name", base, out.issuer);
  return std::make_shared<const ProviderMetadata>(std::move(out));
}

Result<std::shared_ptr<const ProviderMetadata>> Provider::metadata() {
  auto known = metadata_.get(false, [this] { return logged(fetch_metadata()); });
  if (!known) return away("what it says of itself could not be fetched");
  return known;
}

Result<std::shared_ptr<const KeySet>> Provider::fetch_keys(const std::string& uri) {
  TRY(auto response, ask({"GET", uri, {}, {}, {}}));
  auto set = KeySet::parse(std::move(response.body));
  if (!set) return away("its keys are wrong: " + set.error().message);
  return std::make_shared<const KeySet>(std::move(*set));
}

Result<std::shared_ptr<const KeySet>> Provider::keys(bool unknown_key) {
  TRY(const auto known, metadata());
  auto set = keys_.get(unknown_key, [&] { return logged(fetch_keys(known->keys_uri)); });
  if (!set) return away("its keys could not be fetched");
  return set;
}

Result<void> Provider::verify(const Jwt& jwt) {
  TRY(auto set, keys(false));
  auto verdict = set->verify(jwt);
  if (verdict == KeySet::Verdict::no_key) {
    TRY(set, keys(true));
    verdict = set->verify(jwt);
  }
  if (verdict == KeySet::Verdict::good) return {};
  return refuse(verdict == KeySet::Verdict::bad ? "the token's signature does not hold"
                                                : "no key of the provider fits the token");
}

bool Provider::introspects(const ProviderMetadata& metadata) const {
  return !options_.client_id.empty() && !options_.client_secret.empty() &&
         !metadata.introspection_uri.empty() && !metadata.userinfo_uri.empty();
}

Result<std::unique_ptr<json::Document>> Provider::introspect(const std::string& token) {
  TRY(const auto known, metadata());
  const std::string form = "token=" + percent_encoded(token);
  const std::string secret = to_base64(options_.client_id + ":" + options_.client_secret);
  TRY(auto response, ask_about_token({"POST",
                                      known->introspection_uri,
                                      {{"Authorization", "Basic " + secret},
                                       {"Accept", "application/json"},
                                       {"Content-Type", "application/x-www-form-urlencoded"}},
                                      form,
                                      {}}));
  if (response.status != 200) return not_introspected(response);
  auto document = json::parse(std::move(response.body));
  if (!document || !(*document)->root().is(Type::object))
    return away("the introspection is not a JSON object");
  const auto active = (*document)->root().find("active");
  if (!active || !active->is(Type::boolean) || !active->boolean())
    return refuse("the provider says that the token is not active");
  return document;
}

Result<std::unique_ptr<json::Document>> Provider::user_info(const std::string& token) {
  TRY(const auto known, metadata());
  TRY(auto response,
      ask_about_token(
          {"GET", known->userinfo_uri, {{"Authorization", "Bearer " + token}}, {}, {}}));
  if (response.status != 200)
    return refuse("the user info endpoint answers " + std::to_string(response.status));
  if (media_type(response) == "application/jwt") {
    TRY(Jwt jwt, parse_jwt(response.body));
    RETURN_IF_ERROR(verify(jwt));
    return std::move(jwt.claims);
  }
  auto document = json::parse(std::move(response.body));
  if (!document || !(*document)->root().is(Type::object))
    return away("the user info is not a JSON object");
  return document;
}

}  // namespace lectern::auth
