#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "xapi/member.h"
#include "xapi/validate/members.h"
#include "xapi/validate/parts.h"
#include "xapi/validate/validate.h"
#include "xapi/values/mailbox.h"

namespace lectern::xapi {
namespace {

using json::Type;
using json::Value;

constexpr std::string_view rule = "Data 2.4.2";
constexpr std::string_view identifier_rule = "Data 2.4.2.3";
constexpr std::string_view account_rule = "Data 2.4.2.4";

using AgentMembers = Members<"objectType", "name", "mbox", "mbox_sha1sum", "openid", "account">;
using GroupMembers =
    Members<"objectType", "name", "mbox", "mbox_sha1sum", "openid", "account", "member">;

bool check_mbox(Check& check, Value mbox) {
  if (!check.is(mbox, Type::string, identifier_rule)) return false;
  if (is_mbox(mbox.string())) return true;
  return check.refuse(mbox, identifier_rule,
                      "\"mbox\" must be a mail address such as mailto:ada@example.com");
}

bool check_sha1(Check& check, Value sha1) {
  if (!check.is(sha1, Type::string, identifier_rule)) return false;
  const std::string_view text = sha1.string();
  const auto is_hex = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  };
  if (text.size() == 40 && std::all_of(text.begin(), text.end(), is_hex)) return true;
  return check.refuse(sha1, identifier_rule,
                      "\"mbox_sha1sum\" must be the 40 hexadecimal digits of a SHA-1");
}

bool check_account(Check& check, Value account) {
  Members<"homePage", "name"> members;
  if (!members.read(check, account, "an account", account_rule)) return false;
  const auto& home_page = members.get<"homePage">();
  const auto& name = members.get<"name">();
  if (!home_page) return check.missing(account, account_rule, "homePage");
  if (!name) return check.missing(account, account_rule, "name");
  return check.is_iri(*home_page, account_rule) && check.is(*name, Type::string, account_rule);
}

/// What Agents and Groups share. At most one identifier; at least `at_least`.
template <typename Found>
bool check_identity(Check& check, Value actor, const Found& members, int at_least) {
  const auto& name = members.template get<"name">();
  const auto& mbox = members.template get<"mbox">();
  const auto& sha1 = members.template get<"mbox_sha1sum">();
  const auto& openid = members.template get<"openid">();
  const auto& account = members.template get<"account">();
  if (name && !check.is(*name, Type::string, rule)) return false;
  const int identifiers =
      mbox.has_value() + sha1.has_value() + openid.has_value() + account.has_value();
  if (identifiers > 1)
    return check.refuse(actor, identifier_rule,
                        "only one of mbox, mbox_sha1sum, openid and account may be given");
  if (identifiers < at_least)
    return check.refuse(actor, identifier_rule,
                        "one of mbox, mbox_sha1sum, openid and account must be given");
  if (mbox) return check_mbox(check, *mbox);
  if (sha1) return check_sha1(check, *sha1);
  if (openid) return check.is_iri(*openid, identifier_rule);
  return !account || check_account(check, *account);
}

bool check_agent(Check& check, Value agent) {
  AgentMembers members;
  if (const auto member = agent.find("member"))
    return check.refuse(*member, "Data 2.4.2.1",
                        "\"member\" is a property of a Group, which needs an \"objectType\" "
                        "of \"Group\"");
  return members.read(check, agent, "an Agent", "Data 2.4.2.1") &&
         check_identity(check, agent, members, 1);
}

bool check_group(Check& check, Value group) {
  constexpr std::string_view group_rule = "Data 2.4.2.2";
  GroupMembers members;
  if (!members.read(check, group, "a Group", group_rule)) return false;
  if (!check_identity(check, group, members, 0)) return false;
  const auto& member = members.get<"member">();
  const bool anonymous = !is_identified(group);
  if (!member) {
    if (!anonymous) return true;
    return check.refuse(group, group_rule,
                        "a Group needs an identifier (mbox, mbox_sha1sum, openid or account) or "
                        "a \"member\" list");
  }
  if (!check.is(*member, Type::array, group_rule)) return false;
  if (anonymous && member->size() == 0)
    return check.refuse(*member, group_rule, "a Group without identifier needs a member");
  for (const Value agent : member->children())
    if (!check_actor(check, agent, Actor::agent)) return false;
  return true;
}

std::string expectation(Actor kind) {
  switch (kind) {
    case Actor::agent:
      return "\"Agent\"";
    case Actor::group:
      return "\"Group\"";
    default:
      return "\"Agent\" or \"Group\"";
  }
}

}  // namespace

bool is_identified(Value actor) {
  constexpr std::array<std::string_view, 4> identifiers = {"mbox", "mbox_sha1sum", "openid",
                                                           "account"};
  const auto members = actor.children();
  for (const Value member : members)
    if (std::find(identifiers.begin(), identifiers.end(), member.key()) != identifiers.end())
      return true;
  return false;
}

bool check_actor(Check& check, Value actor, Actor kind) {
  if (!check.is(actor, Type::object, rule)) return false;
  const auto type = actor.find("objectType");
  if (!type) {
    if (kind == Actor::agent || kind == Actor::agent_or_group) return check_agent(check, actor);
    return check.refuse(actor, rule,
                        fmt::format("an \"objectType\" of {} is missing", expectation(kind)));
  }
  if (!check.is(*type, Type::string, rule)) return false;
  if (type->string() == "Agent" && kind != Actor::group) return check_agent(check, actor);
  if (type->string() == "Group" && kind != Actor::agent) return check_group(check, actor);
  return check.refuse(*type, rule,
                      fmt::format("\"objectType\" must be {} here", expectation(kind)));
}

bool check_authority(Check& check, Value authority) {
  constexpr std::string_view authority_rule = "Data 2.4.9";
  if (!check_actor(check, authority, Actor::agent_or_group)) return false;
  if (object_type_of(authority) != "Group") return true;
  if (is_identified(authority))
    return check.refuse(authority, authority_rule,
                        "a Group as authority must not have an identifier");
  if (authority.find("member")->size() == 2) return true;
  return check.refuse(*authority.find("member"), authority_rule,
                      "a Group as authority must have exactly two members");
}

Result<void> validate_agent(Value agent, bool group_allowed) {
  Check check(Version::v1_0_3);
  const Actor kind = group_allowed ? Actor::agent_or_group : Actor::agent;
  if (check_actor(check, agent, kind) && !is_identified(agent))
    check.refuse(agent, identifier_rule,
                 "a Group must have an identifier here: mbox, mbox_sha1sum, openid or account");
  return std::move(check).result();
}

}  // namespace lectern::xapi
