#include "auth/basic/credentials.h"

#include <fmt/format.h>

#include "auth/basic/password.h"
#include "xapi/terms.h"
#include "xapi/validate/validate.h"

namespace lectern::auth {
namespace {

using json::Type;
using json::Value;

Result<std::string> text_member(Value entry, std::string_view name) {
  const auto member = entry.find(name);
  if (!member || !member->is(Type::string))
    return fail(Code::invalid, fmt::format("'{}' must be a string", name));
  return std::string(member->string());
}

/// Free-form scopes were good in Ralph 4: they grant nothing, and the log says so.
Result<Scopes> scopes_of(Value entry, std::string& unknown) {
  const auto list = entry.find("scopes");
  if (!list || !list->is(Type::array)) return fail(Code::invalid, "'scopes' must be a list");
  Scopes scopes;
  for (const Value scope : list->children()) {
    if (!scope.is(Type::string)) return fail(Code::invalid, "'scopes' must hold strings");
    if (!scopes.add(scope.string()))
      unknown += (unknown.empty() ? "'" : ", '") + std::string(scope.string()) + "'";
  }
  return scopes;
}

Result<void> add_user(Credentials& all, const std::string& username, Value entry) {
  TRY(std::string hash, text_member(entry, "hash"));
  const bool disabled = hash.starts_with('!');
  if (disabled) hash.erase(0, 1);
  if (!is_bcrypt(hash)) return fail(Code::invalid, "'hash' is not a bcrypt hash");
  const auto agent = entry.find("agent");
  if (!agent) return fail(Code::invalid, "'agent' is missing");
  TRY(Principal principal, principal_of(username, *agent));
  std::string unknown;
  TRY(principal.scopes, scopes_of(entry, unknown));
  const auto target = entry.find("target");
  if (target && !target->is(Type::null)) {
    TRY(principal.target, text_member(entry, "target"));
  }
  auto user = std::make_shared<const Credential>(Credential{
      std::move(hash), disabled, std::make_shared<const Principal>(std::move(principal))});
  if (!all.users.emplace(username, std::move(user)).second)
    return fail(Code::invalid, "the username is there twice");
  if (!unknown.empty())
    all.warnings.push_back(
        fmt::format("user '{}' has scopes that grant nothing: {}", username, unknown));
  return {};
}

}  // namespace

bool same(const Credential& a, const Credential& b) {
  return a.hash == b.hash && a.disabled == b.disabled && *a.principal == *b.principal;
}

std::string compact(Value value) {
  const std::string_view source = value.source();
  std::string out;
  out.reserve(source.size());
  bool in_string = false;
  for (std::size_t i = 0; i < source.size(); ++i) {
    const char c = source[i];
    if (c == '"') in_string = !in_string;
    if (in_string && c == '\\') out += source[i++];
    const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (in_string || !blank) out += source[i];
  }
  return out;
}

Result<Principal> principal_of(std::string username, Value agent) {
  if (auto valid = xapi::validate_agent(agent, false); !valid)
    return fail(Code::invalid, "'agent' is wrong: " + valid.error().message);
  const auto ifi = xapi::ifi_of(agent);
  if (!ifi) return fail(Code::invalid, "'agent' has no identifier");
  return Principal{std::move(username), compact(agent), *ifi, {}, {}};
}

Result<Credentials> parse_credentials(std::string text) {
  auto document = json::parse(std::move(text));
  if (!document) return fail(Code::invalid, "not JSON: " + document.error().message);
  const Value root = (*document)->root();
  if (!root.is(Type::array)) return fail(Code::invalid, "must be a JSON list of users");
  Credentials all;
  std::size_t place = 0;
  for (const Value entry : root.children()) {
    ++place;
    if (!entry.is(Type::object))
      return fail(Code::invalid, fmt::format("entry {} must be an object", place));
    const auto username = text_member(entry, "username");
    if (!username)
      return fail(Code::invalid, fmt::format("entry {}: {}", place, username.error().message));
    if (auto added = add_user(all, *username, entry); !added)
      return fail(Code::invalid, fmt::format("user '{}': {}", *username, added.error().message));
  }
  return all;
}

}  // namespace lectern::auth
