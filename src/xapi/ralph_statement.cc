#include "xapi/ralph_statement.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/uuid.h"
#include "xapi/member.h"
#include "xapi/validate/validate.h"
#include "xapi/values/mailbox.h"

namespace lectern::xapi {
namespace {

using json::Type;
using json::Value;

bool is_text(const std::optional<Value>& value) {
  return value && value->is(Type::string) && !value->string().empty();
}

/// An optional property, which may be null: Ralph reads that as absent.
bool is_text_or_absent(const std::optional<Value>& value) {
  return !value || value->is(Type::null) || is_text(value);
}

bool is_lower_sha1(Value value) {
  if (!value.is(Type::string) || value.string().size() != 40) return false;
  const std::string_view text = value.string();
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_account(Value value) {
  const auto home_page = value.find("homePage");
  const auto name = value.find("name");
  return value.size() == 2 && is_text(home_page) && is_iri(home_page->string()) && is_text(name);
}

/// `mailto:root@localhost` is what platforms send for their own accounts.
bool is_mail(Value value) {
  constexpr std::string_view scheme = "mailto:";
  if (!value.is(Type::string) || !value.string().starts_with(scheme)) return false;
  return is_mbox(value.string()) || is_mbox(std::string(value.string()) + ".invalid");
}

bool is_identifier(Value member) {
  const std::string_view key = member.key();
  if (key == "mbox") return is_mail(member);
  if (key == "mbox_sha1sum") return is_lower_sha1(member);
  if (key == "openid") return is_text(member);
  return key == "account" && is_account(member);
}

bool takes_actor(Value actor, bool group_allowed);

bool takes_members(Value members) {
  if (!members.is(Type::array)) return false;
  for (const Value one : members.children())
    if (!takes_actor(one, false)) return false;
  return true;
}

/// Exactly one identifier, or a Group's member list in its place, and nothing unknown.
bool takes_actor(Value actor, bool group_allowed) {
  if (!actor.is(Type::object)) return false;
  const auto type = actor.find("objectType");
  const bool is_group = type && type->is(Type::string) && type->string() == "Group";
  if (is_group && !group_allowed) return false;
  if (type && !is_group && !(type->is(Type::string) && type->string() == "Agent")) return false;
  int identifiers = 0;
  bool has_members = false;
  for (const Value member : actor.children()) {
    const std::string_view key = member.key();
    if (key == "objectType") continue;
    if (key == "name") {
      if (!is_text_or_absent(member)) return false;
    } else if (key == "member" && is_group) {
      has_members = !member.is(Type::null);
      if (has_members && !takes_members(member)) return false;
    } else if (!is_identifier(member) || ++identifiers > 1) {
      return false;
    }
  }
  return identifiers == 1 || (is_group && has_members);
}

bool has_text_id(const std::optional<Value>& object) {
  return object && object->is(Type::object) && is_text(object->find("id"));
}

bool takes_id(const std::optional<Value>& id) {
  return !id || id->is(Type::null) || (id->is(Type::string) && Uuid::parse(id->string()));
}

bool takes_timestamp(const std::optional<Value>& timestamp) {
  return !timestamp || (timestamp->is(Type::string) && ralph_time(timestamp->string()));
}

}  // namespace

bool ralph_takes(Value statement) {
  if (!statement.is(Type::object)) return false;
  const auto actor = statement.find("actor");
  return actor && takes_actor(*actor, true) && has_text_id(statement.find("verb")) &&
         has_text_id(statement.find("object")) && takes_id(statement.find("id")) &&
         takes_timestamp(statement.find("timestamp"));
}

std::optional<Time> ralph_time(std::string_view text) {
  if (const auto time = parse_time(text)) return time;
  constexpr std::size_t date_bytes = 10;
  constexpr std::string_view unknown_zone = "-00:00";
  if (text.size() == date_bytes) return parse_time(std::string(text) + "T00:00:00Z");
  if (!text.ends_with(unknown_zone)) return std::nullopt;
  return parse_time(std::string(text.substr(0, text.size() - unknown_zone.size())) + "Z");
}

}  // namespace lectern::xapi
