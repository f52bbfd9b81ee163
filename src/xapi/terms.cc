#include "xapi/terms.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "base/digest.h"
#include "base/text.h"
#include "xapi/equality/folding.h"
#include "xapi/member.h"

namespace lectern::xapi {
namespace {

using json::Type;
using json::Value;

constexpr std::size_t value_bytes_max = 512;
constexpr std::string_view voided_verb = "http://adlnet.gov/expapi/verbs/voided";

struct Kind {
  std::string_view prefix;  ///< what stands before the value
  int selectivity_rank;
};

/// In the order of TermKind.
constexpr std::array<Kind, 8> kind_table = {{{"activity:", 3},
                                             {"activity~:", 4},
                                             {"agent:", 1},
                                             {"agent~:", 2},
                                             {"authority:", 6},
                                             {"inherits:", 6},
                                             {"registration:", 0},
                                             {"verb:", 5}}};

const Kind& of(TermKind kind) { return kind_table[static_cast<std::size_t>(kind)]; }

Term term(TermKind kind, std::string_view value) {
  if (value.size() <= value_bytes_max) return {kind, std::string(value)};
  return {kind, "#" + to_hex(sha256(value))};
}

/// Walks a statement once and writes down what its parts can be asked for.
class Collector {
 public:
  Terms take(Value statement) {
    terms_.reserve(16);
    verb(statement);
    if (const auto actor = statement.find("actor")) agent(*actor, Reach::plain);
    if (const auto object = statement.find("object")) outer_object(*object);
    if (const auto context = statement.find("context")) {
      if (const auto registration = string_member(*context, "registration"))
        if (const auto id = Uuid::parse(*registration)) terms_.push_back(registration_term(*id));
      inner_context(*context);
    }
    if (const auto authority = statement.find("authority")) authority_of(*authority);
    std::sort(terms_.begin(), terms_.end());
    terms_.erase(std::unique(terms_.begin(), terms_.end()), terms_.end());
    return std::move(terms_);
  }

 private:
  /// Who finds a part: every query for its identifier, or only one that asks for related ones too.
  enum class Reach { plain, related };

  void verb(Value statement) {
    const auto verb = statement.find("verb");
    if (!verb) return;
    if (const auto id = string_member(*verb, "id")) terms_.push_back(verb_term(*id));
  }

  void agent(Value agent, Reach reach) {
    if (const auto ifi = ifi_of(agent)) {
      if (reach == Reach::plain) terms_.push_back(agent_term(*ifi, false));
      terms_.push_back(agent_term(*ifi, true));
    }
    const auto members = agent.find("member");
    if (!members || !members->is(Type::array)) return;
    // Groups do not nest (Data 2.4.2.2), so neither does this.
    for (const Value member : members->children()) {
      const auto ifi = ifi_of(member);
      if (!ifi) continue;
      if (reach == Reach::plain) terms_.push_back(agent_term(*ifi, false));
      terms_.push_back(agent_term(*ifi, true));
    }
  }

  void activity(Value activity, Reach reach) {
    const auto id = string_member(activity, "id");
    if (!id) return;
    if (reach == Reach::plain) terms_.push_back(activity_term(*id, false));
    terms_.push_back(activity_term(*id, true));
  }

  void outer_object(Value object) {
    const std::string_view type = object_type_of(object);
    if (type == "SubStatement") {
      if (const auto actor = object.find("actor")) agent(*actor, Reach::related);
      if (const auto inner = object.find("object")) plain_object(*inner, Reach::related);
      if (const auto context = object.find("context")) inner_context(*context);
    } else {
      plain_object(object, Reach::plain);
    }
  }

  /// An Activity, Agent or Group.
  void plain_object(Value object, Reach reach) {
    const std::string_view type = object_type_of(object);
    if (type == "Activity") activity(object, reach);
    if (type == "Agent" || type == "Group") agent(object, reach);
  }

  void inner_context(Value context) {
    for (const Value part : context.children()) {
      const std::string_view key = part.key();
      if (key == "contextActivities")
        context_activities(part);
      else if (key == "instructor" || key == "team")
        agent(part, Reach::related);
      else if (key == "contextAgents")
        entries(part, "agent");
      else if (key == "contextGroups")
        entries(part, "group");
    }
  }

  void context_activities(Value kinds) {
    for (const Value kind : kinds.children()) {
      if (kind.is(Type::object)) activity(kind, Reach::related);
      if (!kind.is(Type::array)) continue;
      for (const Value one : kind.children()) activity(one, Reach::related);
    }
  }

  void entries(Value list, std::string_view key) {
    for (const Value entry : list.children())
      if (const auto one = entry.find(key)) agent(*one, Reach::related);
  }

  void authority_of(Value authority) {
    agent(authority, Reach::related);
    if (const auto ifi = ifi_of(authority)) terms_.push_back(authority_term(*ifi));
    const auto members = authority.find("member");
    if (!members) return;
    for (const Value member : members->children())
      if (const auto ifi = ifi_of(member)) terms_.push_back(authority_term(*ifi));
  }

  Terms terms_;
};

}  // namespace

Terms terms_of(Value statement) { return Collector().take(statement); }

std::optional<std::string> ifi_of(Value agent) {
  for (const Value member : agent.children()) {
    const std::string_view key = member.key();
    if (key == "account") {
      const auto home_page = string_member(member, "homePage");
      const auto name = string_member(member, "name");
      if (!home_page || !name) continue;
      std::string out;
      out.reserve(9 + home_page->size() + name->size());
      out.append("account:").append(*home_page).append(" ").append(*name);
      return out;
    }
    if (!member.is(Type::string)) continue;
    if (key == "mbox") return "mbox:" + normalised_mbox(member.string());
    if (key == "mbox_sha1sum") return "sha1:" + lower_case(member.string());
    if (key == "openid") return std::string("openid:").append(member.string());
  }
  return std::nullopt;
}

std::optional<Term> Term::parse(std::string_view text) {
  for (std::size_t i = 0; i < kind_table.size(); ++i)
    if (const auto prefix = kind_table[i].prefix; text.starts_with(prefix))
      return Term{static_cast<TermKind>(i), std::string(text.substr(prefix.size()))};
  return std::nullopt;
}

std::string Term::text() const {
  std::string out;
  out.reserve(prefix_bytes_max + value.size());
  append_to(out);
  return out;
}

void Term::append_to(std::string& out) const { out.append(of(kind).prefix).append(value); }

int selectivity_rank(TermKind kind) { return of(kind).selectivity_rank; }

Term verb_term(std::string_view iri) { return term(TermKind::verb, iri); }

Term activity_term(std::string_view iri, bool related) {
  return term(related ? TermKind::related_activity : TermKind::activity, iri);
}

Term agent_term(std::string_view ifi, bool related) {
  return term(related ? TermKind::related_agent : TermKind::agent, ifi);
}

Term registration_term(const Uuid& registration) {
  return {TermKind::registration, registration.text()};
}

Term authority_term(std::string_view ifi) { return term(TermKind::authority, ifi); }

bool match(const Terms& terms, const Terms& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const Term& one) {
    return std::binary_search(terms.begin(), terms.end(), one);
  });
}

bool is_inheritable(TermKind kind) { return kind != TermKind::authority; }

Terms inheritable(const Terms& target) {
  Terms out;
  std::copy_if(target.begin(), target.end(), std::back_inserter(out),
               [](const Term& one) { return is_inheritable(one.kind); });
  return out;
}

std::optional<Uuid> reference_of(Value statement) {
  const auto object = statement.find("object");
  if (!object || object_type_of(*object) != "StatementRef") return std::nullopt;
  const auto id = string_member(*object, "id");
  return id ? Uuid::parse(*id) : std::nullopt;
}

bool is_voiding(Value statement) {
  const auto verb = statement.find("verb");
  return verb && string_member(*verb, "id") == voided_verb && reference_of(statement);
}

}  // namespace lectern::xapi
