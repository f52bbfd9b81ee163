#include "cli/users/new_user.h"

#include "auth/basic/credentials.h"
#include "auth/basic/password.h"
#include "base/json/json.h"
#include "base/json/writer.h"

namespace lectern::cli {
namespace {

constexpr auto spaced = json::Writer::Style::spaced;

}  // namespace

Result<void> check_username(std::string_view name) {
  if (name.empty()) return fail(Code::invalid, "a user's name must not be empty");
  for (const char c : name)
    if (c == ':' || (c >= 0 && c < ' ') || c == 0x7F)
      return fail(Code::invalid,
                  "a user's name must hold no colon and no control character: Basic "
                  "authentication cannot carry them (RFC 7617)");
  return {};
}

Result<void> check_scopes(const std::vector<std::string>& scopes) {
  auth::Scopes known;
  for (const auto& scope : scopes)
    if (!known.add(scope))
      return fail(Code::invalid, "scope '" + scope + "' grants nothing; there are " + all_scopes());
  return {};
}

std::string all_scopes() {
  std::string all;
  for (const auto& name : auth::scope_names()) (all += all.empty() ? "" : ", ") += name;
  return all;
}

std::string json_list(const std::vector<std::string>& scopes) {
  json::Writer list(spaced);
  list.array();
  for (const auto& scope : scopes) list.value(scope);
  return list.end().take();
}

Result<std::string> agent_of(const NewUser& user) {
  const int identifiers = int{user.mbox.has_value()} + int{user.mbox_sha1sum.has_value()} +
                          int{user.openid.has_value()} + int{user.account.has_value()};
  if (identifiers != 1)
    return fail(Code::invalid, "exactly one identifier of the agent is needed: -M, -S, -O or -A");
  json::Writer json(spaced);
  json.object();
  if (user.mbox) json.member("mbox", *user.mbox);
  if (user.mbox_sha1sum) json.member("mbox_sha1sum", *user.mbox_sha1sum);
  if (user.openid) json.member("openid", *user.openid);
  if (user.account) {
    json.key("account").object().member("name", user.account->first);
    json.member("homePage", user.account->second).end();
  }
  if (user.agent_name) json.member("name", *user.agent_name);
  std::string agent = json.end().take();
  const auto document = json::parse_view(agent);
  if (!document) return fail(Code::invalid, document.error().message);
  if (auto principal = auth::principal_of(user.username, (*document)->root()); !principal)
    return fail(principal.error());
  return agent;
}

Result<std::string> entry_of(const NewUser& user, const std::string& agent) {
  TRY(const std::string hash, auth::hash_password(user.password));
  json::Writer entry(spaced);
  entry.object().on_line(2).raw_member("agent", agent);
  entry.on_line(2).raw_member("scopes", json_list(user.scopes));
  if (user.target) entry.on_line(2).member("target", *user.target);
  entry.on_line(2).member("hash", hash).on_line(2).member("username", user.username);
  return entry.end_on_line().take();
}

}  // namespace lectern::cli
