#include "xapi/validate/validate.h"

#include <fmt/format.h>

#include "xapi/member.h"
#include "xapi/validate/members.h"
#include "xapi/validate/parts.h"

namespace lectern::xapi {
namespace {

using json::Type;
using json::Value;

constexpr std::string_view rule = "Data 2.4";
constexpr std::string_view object_rule = "Data 2.4.4";
constexpr std::string_view sub_statement_rule = "Data 2.4.4.3";
constexpr std::string_view voided_verb = "http://adlnet.gov/expapi/verbs/voided";

using StatementMembers = Members<"id", "actor", "verb", "object", "result", "context", "timestamp",
                                 "stored", "authority", "version", "attachments">;
using SubStatementMembers = Members<"objectType", "actor", "verb", "object", "result", "context",
                                    "timestamp", "attachments">;

bool check_sub_statement(Check& check, Value statement);

bool check_verb(Check& check, Value verb) {
  constexpr std::string_view verb_rule = "Data 2.4.3";
  Members<"id", "display"> members;
  if (!members.read(check, verb, "a verb", verb_rule)) return false;
  const auto& id = members.get<"id">();
  const auto& display = members.get<"display">();
  if (!id) return check.missing(verb, verb_rule, "id");
  return check.is_iri(*id, verb_rule) && (!display || check.is_language_map(*display, verb_rule));
}

/// Without an objectType an object is an Activity, which is rarely meant when it looks like an
/// Agent or a Group.
bool refuse_untyped_actor(Check& check, Value object) {
  return check.refuse(object, object_rule,
                      "an Agent or Group as object needs an \"objectType\" of \"Agent\" or "
                      "\"Group\"");
}

bool check_object(Check& check, Value object, bool in_sub_statement) {
  if (!check.is(object, Type::object, object_rule)) return false;
  const auto type = object.find("objectType");
  if (!type) {
    if (!object.find("id") && (is_identified(object) || object.find("member")))
      return refuse_untyped_actor(check, object);
    return check_activity(check, object);
  }
  if (!check.is(*type, Type::string, object_rule)) return false;
  const std::string_view kind = type->string();
  if (kind == "Activity") return check_activity(check, object);
  if (kind == "Agent" || kind == "Group")
    return check_actor(check, object, Actor::stated_agent_or_group);
  if (kind == "StatementRef") return check_statement_ref(check, object);
  if (kind == "SubStatement" && !in_sub_statement) return check_sub_statement(check, object);
  if (kind == "SubStatement")
    return check.refuse(*type, sub_statement_rule,
                        "the object of a SubStatement must not be a SubStatement");
  return check.refuse(*type, object_rule,
                      "\"objectType\" must be \"Activity\", \"Agent\", \"Group\", \"StatementRef\" "
                      "or \"SubStatement\"");
}

/// The properties that a statement and a SubStatement share.
template <typename Found>
bool check_shared(Check& check, Value statement, const Found& members, bool is_sub_statement) {
  const auto& actor = members.template get<"actor">();
  const auto& verb = members.template get<"verb">();
  const auto& object = members.template get<"object">();
  const auto& result = members.template get<"result">();
  const auto& context = members.template get<"context">();
  const auto& timestamp = members.template get<"timestamp">();
  const auto& attachments = members.template get<"attachments">();
  if (!actor) return check.missing(statement, rule, "actor");
  if (!verb) return check.missing(statement, rule, "verb");
  if (!object) return check.missing(statement, rule, "object");
  if (!check_actor(check, *actor, Actor::agent_or_group) || !check_verb(check, *verb) ||
      !check_object(check, *object, is_sub_statement))
    return false;
  const std::string_view object_type = object_type_of(*object);
  if (string_member(*verb, "id") == voided_verb && object_type != "StatementRef")
    return check.refuse(*object, "Data 2.3.2",
                        "the object of a voiding statement must be a StatementRef");
  return (!result || check_result(check, *result)) &&
         (!context || check_context(check, *context, object_type == "Activity")) &&
         (!timestamp || check.is_timestamp(*timestamp, "Data 4.5")) &&
         (!attachments || check_attachments(check, *attachments));
}

bool check_sub_statement(Check& check, Value statement) {
  SubStatementMembers members;
  for (const Value member : statement.children()) {
    const std::string_view key = member.key();
    if (key == "id" || key == "stored" || key == "version" || key == "authority")
      return check.refuse(member, sub_statement_rule,
                          fmt::format("a SubStatement must not have {}", name_of(member)));
  }
  return members.read(check, statement, "a SubStatement", sub_statement_rule) &&
         check_shared(check, statement, members, true);
}

/// A request of 2.0.0 may bring statements of 1.0.x, not the other way round (Communication 3.3).
bool check_version(Check& check, Value version) {
  constexpr std::string_view version_rule = "Data 2.4.10";
  if (!check.is(version, Type::string, version_rule)) return false;
  const auto parsed = parse_version(version.string());
  if (parsed && (*parsed == Version::v1_0_3 || check.version() == Version::v2_0_0)) return true;
  return check.refuse(version, version_rule,
                      fmt::format("\"version\" must be 1.0 or 1.0.x{}",
                                  check.version() == Version::v2_0_0 ? ", 2.0 or 2.0.x" : ""));
}

bool check_statement(Check& check, Value statement) {
  if (!statement.is(Type::object))
    return check.refuse(
        statement, rule,
        fmt::format("a statement must be an object, not {}", json::name_of(statement.type())));
  StatementMembers members;
  if (!members.read(check, statement, "a statement", rule)) return false;
  const auto& id = members.get<"id">();
  const auto& stored = members.get<"stored">();
  const auto& authority = members.get<"authority">();
  const auto& version = members.get<"version">();
  return (!id || check.is_uuid(*id, "Data 2.4.1")) &&
         check_shared(check, statement, members, false) &&
         (!stored || check.is_timestamp(*stored, "Data 2.4.8")) &&
         (!authority || check_authority(check, *authority)) &&
         (!version || check_version(check, *version));
}

}  // namespace

bool check_statement_ref(Check& check, Value reference) {
  constexpr std::string_view reference_rule = "Data 2.4.4.3";
  Members<"objectType", "id"> members;
  if (!members.read(check, reference, "a StatementRef", reference_rule)) return false;
  const auto& type = members.get<"objectType">();
  const auto& id = members.get<"id">();
  if (!type) return check.missing(reference, reference_rule, "objectType");
  if (!id) return check.missing(reference, reference_rule, "id");
  return check.is_exactly(*type, "StatementRef", reference_rule) &&
         check.is_uuid(*id, reference_rule);
}

Result<void> validate_statement(Value statement, Version version) {
  Check check(version);
  check_statement(check, statement);
  return std::move(check).result();
}

std::vector<Error> further_faults(Value statement, Version version, const Error& first) {
  std::vector<Error> faults;
  StatementMembers members;
  Check names(version);
  if (!statement.is(Type::object) || !members.read(names, statement, "a statement", rule))
    return faults;
  const auto look = [&](const std::optional<Value>& property, const auto& check_property) {
    if (!property) return;
    const std::string pointer = property->pointer();
    if (first.path == pointer || first.path.starts_with(pointer + "/")) return;
    Check check(version);
    if (check_property(check, *property)) return;
    faults.push_back(std::move(check).result().error());
  };
  const auto is_timestamp = [](std::string_view its_rule) {
    return [its_rule](Check& check, Value value) { return check.is_timestamp(value, its_rule); };
  };
  const auto& object = members.get<"object">();
  look(members.get<"id">(), [](Check& check, Value id) { return check.is_uuid(id, "Data 2.4.1"); });
  look(members.get<"actor">(),
       [](Check& check, Value actor) { return check_actor(check, actor, Actor::agent_or_group); });
  look(members.get<"verb">(), check_verb);
  look(object, [](Check& check, Value value) { return check_object(check, value, false); });
  look(members.get<"result">(), check_result);
  look(members.get<"context">(), [&](Check& check, Value context) {
    return check_context(check, context, !object || object_type_of(*object) == "Activity");
  });
  look(members.get<"timestamp">(), is_timestamp("Data 4.5"));
  look(members.get<"attachments">(), check_attachments);
  look(members.get<"stored">(), is_timestamp("Data 2.4.8"));
  look(members.get<"authority">(), check_authority);
  look(members.get<"version">(), check_version);
  return faults;
}

}  // namespace lectern::xapi
