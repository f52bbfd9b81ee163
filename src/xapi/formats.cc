#include "xapi/formats.h"

#include "xapi/json_patch.h"
#include "xapi/language.h"
#include "xapi/member.h"

namespace lectern::xapi {
namespace {

using json::Type;
using json::Value;

/// Goes through a statement in the order of its text and shows `form` each agent or group, verb
/// and activity in it, those of its SubStatement too. What is of no such type is passed over.
template <typename Form>
class Walk {
 public:
  explicit Walk(Form& form) : form_(form) {}

  void statement(Value statement) {
    for (const Value part : statement.children()) {
      const std::string_view key = part.key();
      if (key == "actor" || key == "authority")
        agent(part);
      else if (key == "verb" && part.is(Type::object))
        form_.verb(part);
      else if (key == "object")
        object(part);
      else if (key == "context")
        context(part);
    }
  }

 private:
  void agent(Value agent) {
    if (agent.is(Type::object)) form_.agent(agent);
  }
  void activity(Value activity) {
    if (activity.is(Type::object)) form_.activity(activity);
  }

  void object(Value object) {
    const std::string_view type = object_type_of(object);
    if (type == "Activity") activity(object);
    if (type == "Agent" || type == "Group") agent(object);
    if (type == "SubStatement") statement(object);
  }

  void context(Value context) {
    for (const Value part : context.children()) {
      const std::string_view key = part.key();
      if (key == "instructor" || key == "team") agent(part);
      if (key == "contextActivities") context_activities(part);
      if (key == "contextAgents" || key == "contextGroups") entries(part);
    }
  }

  void context_activities(Value kinds) {
    for (const Value kind : kinds.children()) {
      if (!kind.is(Type::array)) activity(kind);
      if (!kind.is(Type::array)) continue;
      for (const Value one : kind.children()) activity(one);
    }
  }

  void entries(Value list) {
    for (const Value entry : list.children())
      for (const Value part : entry.children())
        if (part.key() == "agent" || part.key() == "group") agent(part);
  }

  Form& form_;
};

bool is_identifier(std::string_view key) {
  return key == "mbox" || key == "mbox_sha1sum" || key == "openid" || key == "account";
}

class IdsForm {
 public:
  explicit IdsForm(JsonPatch& out) : out_(out) {}

  void agent(Value agent) {
    bool is_identified = false;
    for (const Value member : agent.children()) is_identified |= is_identifier(member.key());
    out_.members(
        agent,
        [&](Value member) {
          const std::string_view key = member.key();
          return key == "objectType" || is_identifier(key) || (key == "member" && !is_identified);
        },
        [&](Value member) {
          // Groups do not nest: this goes one level down.
          if (member.key() != "member" || !member.is(Type::array)) return;
          for (const Value one : member.children())
            if (one.is(Type::object) && !one.find("member")) this->agent(one);
        });
  }
  void verb(Value verb) { only_id(verb); }
  void activity(Value activity) { only_id(activity); }

 private:
  void only_id(Value object) {
    out_.members(
        object, [](Value member) { return member.key() == "id"; }, [](Value) {});
  }

  JsonPatch& out_;
};

class CanonicalForm {
 public:
  CanonicalForm(JsonPatch& out, const std::vector<LanguageRange>& languages,
                const DefinitionLookup& lookup)
      : out_(out), languages_(languages), lookup_(lookup) {}

  void agent(Value) {}

  void verb(Value verb) {
    if (const auto display = verb.find("display")) cut_map(out_, *display);
  }

  void activity(Value activity) {
    const auto received = activity.find("definition");
    const auto id = string_member(activity, "id");
    const auto known = id ? canonical_definition(*id) : std::nullopt;
    if (received && known) {
      out_.replace(*received, *known);
    } else if (received) {
      cut_definition(out_, *received);
    } else if (known) {
      out_.copy_to(JsonPatch::end_of(activity) - 1);
      out_.put(",\"definition\":");
      out_.put(*known);
    }
  }

 private:
  /// Cuts a map to its best entry.
  void cut_map(JsonPatch& out, Value map) const {
    if (!map.is(Type::object) || map.size() < 2) return;
    const Value best = best_entry(map, languages_);
    out.members(
        map, [&](Value entry) { return entry == best; }, [](Value) {});
  }

  void cut_definition(JsonPatch& out, Value definition) const {
    if (!definition.is(Type::object)) return;
    for (const Value part : definition.children()) {
      const std::string_view key = part.key();
      if (key == "name" || key == "description") cut_map(out, part);
      if (key == "choices" || key == "scale" || key == "source" || key == "target" ||
          key == "steps")
        for (const Value component : part.children())
          if (const auto description = component.find("description")) cut_map(out, *description);
    }
  }

  std::optional<std::string> canonical_definition(std::string_view activity_id) const {
    const auto text = lookup_(activity_id);
    if (!text) return std::nullopt;
    const auto document = json::parse(*text);
    if (!document || !(*document)->root().is(Type::object)) return std::nullopt;
    JsonPatch out((*document)->root());
    cut_definition(out, (*document)->root());
    return out.finish();
  }

  JsonPatch& out_;
  const std::vector<LanguageRange>& languages_;
  const DefinitionLookup& lookup_;
};

}  // namespace

std::string format_ids(Value statement) {
  JsonPatch out(statement);
  IdsForm form(out);
  Walk(form).statement(statement);
  return out.finish();
}

std::string format_canonical(Value statement, const std::vector<LanguageRange>& languages,
                             const DefinitionLookup& lookup) {
  JsonPatch out(statement);
  CanonicalForm form(out, languages, lookup);
  Walk(form).statement(statement);
  return out.finish();
}

}  // namespace lectern::xapi
