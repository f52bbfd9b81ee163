#include "pipeline/data/objects/swift_login.h"

#include "base/json/json.h"
#include "base/json/writer.h"
#include "pipeline/data/objects/fetch.h"

namespace lectern::pipeline::objects {
namespace {

std::string without_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

tl::unexpected<Error> refused(const net::HttpResponse& answer) {
  if (may_pass(answer.status)) return fail(Code::unavailable, "log-in: " + told(answer));
  return fail(Code::invalid, answer.status == 401 ? "Unauthorized. Check username, password, "
                                                    "tenant name/id and domain names: " +
                                                        told(answer)
                                                  : "log-in: " + told(answer));
}

std::string text_of(json::Value object, std::string_view member) {
  const auto value = object.is(json::Type::object) ? object.find(member) : std::nullopt;
  return value && value->is(json::Type::string) ? std::string(value->string()) : "";
}

std::optional<json::Value> list_of(json::Value object, std::string_view member) {
  const auto value = object.is(json::Type::object) ? object.find(member) : std::nullopt;
  return value && value->is(json::Type::array) ? value : std::nullopt;
}

/// The public endpoint of the object store in this region, or in any where `region` is empty.
std::string storage_in(json::Value token, const std::string& region) {
  const auto catalog = list_of(token, "catalog");
  if (!catalog) return "";
  for (const auto service : catalog->children()) {
    if (text_of(service, "type") != "object-store") continue;
    const auto endpoints = list_of(service, "endpoints");
    if (!endpoints) continue;
    for (const auto endpoint : endpoints->children())
      if (text_of(endpoint, "interface") == "public" &&
          (region.empty() || text_of(endpoint, "region") == region ||
           text_of(endpoint, "region_id") == region))
        return text_of(endpoint, "url");
  }
  return "";
}

/// The project that the token is for; nothing where no tenant is given.
void add_scope(json::Writer& json, const DataValues& values) {
  const auto& id = values.find("TENANT_ID")->second;
  const auto& name = values.find("TENANT_NAME")->second;
  if (id.empty() && name.empty()) return;
  json.key("scope").object().key("project").object();
  if (!id.empty())
    json.member("id", id);
  else
    json.member("name", name)
        .key("domain")
        .object()
        .member("name", values.find("PROJECT_DOMAIN_NAME")->second)
        .end();
  json.end().end();
}

/// What Keystone's password method is asked with.
std::string login_body(const DataValues& values) {
  json::Writer json;
  json.object().key("auth").object().key("identity").object();
  json.key("methods").array().value("password").end();
  json.key("password").object().key("user").object();
  json.member("name", values.find("USERNAME")->second);
  json.key("domain").object().member("name", values.find("USER_DOMAIN_NAME")->second).end();
  json.member("password", values.find("PASSWORD")->second);
  json.end().end().end();
  add_scope(json, values);
  return json.end().end().take();
}

Result<SwiftLogin> keystone_login(const DataValues& values, net::HttpClient& client) {
  std::string url = without_slash(values.find("AUTH_URL")->second);
  if (!url.ends_with("/v3")) url += "/v3";
  const std::string body = login_body(values);
  net::HttpRequest request;
  request.method = "POST";
  request.url = url + "/auth/tokens";
  request.headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}};
  request.body = body;
  TRY(auto answer, client.send(request));
  const auto token = answer.header("X-Subject-Token");
  if (answer.status != 201 || !token) return refused(answer);
  SwiftLogin login{std::string(*token), values.find("OBJECT_STORAGE_URL")->second};
  if (!login.storage_url.empty()) return login;
  const auto document = json::parse(std::move(answer.body), {.bounded = false, .lenient = true});
  const auto root = document ? (*document)->root().find("token") : std::nullopt;
  if (root) login.storage_url = storage_in(*root, values.find("REGION_NAME")->second);
  if (login.storage_url.empty())
    return fail(Code::invalid,
                "Endpoint for object-store not found - have you specified a region?");
  return login;
}

Result<SwiftLogin> own_login(const DataValues& values, net::HttpClient& client) {
  net::HttpRequest request;
  request.url = values.find("AUTH_URL")->second;
  request.headers = {{"X-Auth-User", values.find("USERNAME")->second},
                     {"X-Auth-Key", values.find("PASSWORD")->second}};
  TRY(const auto answer, client.send(request));
  const auto token = answer.header("X-Auth-Token"), storage = answer.header("X-Storage-Url");
  if (answer.status >= 300 || !token) return refused(answer);
  const std::string& given = values.find("OBJECT_STORAGE_URL")->second;
  return SwiftLogin{std::string(*token), given.empty() ? std::string(storage.value_or("")) : given};
}

}  // namespace

Result<SwiftLogin> swift_login(const DataValues& values, net::HttpClient& client) {
  const bool keystone = values.find("IDENTITY_API_VERSION")->second.starts_with('3');
  TRY(auto login, keystone ? keystone_login(values, client) : own_login(values, client));
  login.storage_url = without_slash(std::move(login.storage_url));
  return login;
}

}  // namespace lectern::pipeline::objects
