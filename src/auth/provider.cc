#include "auth/provider.h"

#include "base/digest.h"
#include "base/log.h"
#include "xapi/query.h"

namespace lectern::auth {
namespace {

using json::Type;

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

/// The media type of an answer, in lower case, without parameters.
std::string media_type(const net::HttpResponse& response) {
  std::string type(response.header("Content-Type").value_or(""));
  type = type.substr(0, type.find_first_of("; "));
  for (char& c : type)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return type;
}

}  // namespace

Provider::Provider(ProviderOptions options)
    : options_(std::move(options)), client_(client_options(options_)) {}

Result<net::HttpResponse> Provider::ask(net::HttpRequest request) {
  auto response = client_.send(request);
  if (!response) return away(response.error().detail);
  const std::string address = net::without_credentials(request.url);
  if (response->status == 400 || response->status == 401 || response->status == 403)
    return refuse(address + " answers " + std::to_string(response->status));
  if (response->status != 200)
    return away(address + " answers " + std::to_string(response->status));
  return response;
}

template <typename T, typename Fetch>
Result<std::shared_ptr<const T>> Provider::current(Fetched<T>& kept, bool force, Fetch fetch) {
  const auto now = Clock::now();
  const bool fresh = kept.value && now < kept.at + options_.refresh_after && !force;
  if (fresh) return kept.value;
  const auto pause = force && kept.value ? options_.keys_interval_min : options_.retry_after;
  if (!kept.tried || now >= kept.tried_at + pause) {
    auto fetched = fetch();
    kept.tried = true;
    kept.tried_at = Clock::now();
    if (fetched) {
      kept.value = std::move(*fetched);
      kept.at = kept.tried_at;
    } else {
      log::error("OpenID Connect: {} {}", fetched.error().message, fetched.error().detail);
    }
  }
  if (!kept.value || now >= kept.at + options_.keep_at_most)
    return away("what it says of itself could not be fetched");
  return kept.value;
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
  const std::lock_guard lock(metadata_mutex_);
  return current(metadata_, false, [this] { return fetch_metadata(); });
}

Result<std::shared_ptr<const KeySet>> Provider::keys(bool unknown_key) {
  TRY(const auto known, metadata());
  const std::lock_guard lock(keys_mutex_);
  return current(keys_, unknown_key, [&]() -> Result<std::shared_ptr<const KeySet>> {
    TRY(auto response, ask({"GET", known->keys_uri, {}, {}, {}}));
    auto set = KeySet::parse(std::move(response.body));
    if (!set) return away("its keys are wrong: " + set.error().message);
    return std::make_shared<const KeySet>(std::move(*set));
  });
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
  const std::string form = "token=" + xapi::percent_encoded(token);
  const std::string secret = to_base64(options_.client_id + ":" + options_.client_secret);
  TRY(auto response, ask({"POST",
                          known->introspection_uri,
                          {{"Authorization", "Basic " + secret},
                           {"Accept", "application/json"},
                           {"Content-Type", "application/x-www-form-urlencoded"}},
                          form,
                          {}}));
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
      ask({"GET", known->userinfo_uri, {{"Authorization", "Bearer " + token}}, {}, {}}));
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
