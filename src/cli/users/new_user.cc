#include "cli/users/new_user.h"

#include "auth/credentials.h"
#include "auth/password.h"
#include "base/json.h"

namespace lectern::cli {
namespace {

std::string member(std::string_view name, std::string_view text) {
  return json::quoted(name) + ": " + json::quoted(text);
}

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
  std::string list;
  for (const auto& scope : scopes) (list += list.empty() ? "" : ", ") += json::quoted(scope);
  return "[" + list + "]";
}

Result<std::string> agent_of(const NewUser& user) {
  const int identifiers = int{user.mbox.has_value()} + int{user.mbox_sha1sum.has_value()} +
                          int{user.openid.has_value()} + int{user.account.has_value()};
  if (identifiers != 1)
    return fail(Code::invalid, "exactly one identifier of the agent is needed: -M, -S, -O or -A");
  std::string members;
  if (user.mbox) members = member("mbox", *user.mbox);
  if (user.mbox_sha1sum) members = member("mbox_sha1sum", *user.mbox_sha1sum);
  if (user.openid) members = member("openid", *user.openid);
  if (user.account)
    members = "\"account\": {" + member("name", user.account->first) + ", " +
              member("homePage", user.account->second) + "}";
  if (user.agent_name) members += ", " + member("name", *user.agent_name);
  std::string agent = "{" + members + "}";
  const auto document = json::parse_view(agent);
  if (!document) return fail(Code::invalid, document.error().message);
  if (auto principal = auth::principal_of(user.username, (*document)->root()); !principal)
    return fail(principal.error());
  return agent;
}

Result<std::string> entry_of(const NewUser& user, const std::string& agent) {
  TRY(const std::string hash, auth::hash_password(user.password));
  std::string entry =
      "{\n  \"agent\": " + agent + ",\n  \"scopes\": " + json_list(user.scopes) + ",\n";
  if (user.target) entry += "  " + member("target", *user.target) + ",\n";
  entry += "  " + member("hash", hash) + ",\n  " + member("username", user.username) + "\n}";
  return entry;
}

}  // namespace lectern::cli
