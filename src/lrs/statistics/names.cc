#include "lrs/statistics/names.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/json/json.h"
#include "lrs/access.h"
#include "lrs/learned/definitions.h"
#include "lrs/learned/known.h"
#include "xapi/language.h"
#include "xapi/terms.h"

namespace lectern::lrs {
namespace {

using Name = std::optional<std::string>;

/// Looks each name up once.
class Namer {
 public:
  Namer(Lrs& lrs, const auth::Principal& principal, const store::Context& context,
        const std::vector<xapi::LanguageRange>& languages)
      : lrs_(lrs), principal_(principal), context_(context), languages_(languages) {}

  Result<Name> name_of(Dimension dimension, const std::string& key) {
    const auto known = names_.find({dimension, key});
    if (known != names_.end()) return known->second;
    TRY(Name name, look_up(dimension, key));
    names_.emplace(std::pair(dimension, key), name);
    return name;
  }

 private:
  Result<Name> look_up(Dimension dimension, const std::string& key) const {
    switch (dimension) {
      case Dimension::verb:
        return of_verb(key);
      case Dimension::activity:
      case Dimension::course:
        return of_activity(key);
      case Dimension::actor:
      case Dimension::authority:
        return of_agent(key);
      default:
        return Name();
    }
  }

  Name entry_of(std::optional<json::Value> map) const {
    if (!map || !map->is(json::Type::object) || map->size() == 0) return std::nullopt;
    const auto entry = xapi::best_entry(*map, languages_);
    return entry.is(json::Type::string) ? Name(entry.string()) : std::nullopt;
  }

  Result<Name> of_activity(const std::string& id) const {
    TRY(const auto definition, known_of(lrs_, principal_, definition_key(id)));
    if (definition.empty()) return Name();
    TRY(const auto document, json::parse_view(definition));
    return entry_of(document->root().find("name"));
  }

  Result<Name> of_agent(const std::string& ifi) const {
    TRY(const auto names, known_of(lrs_, principal_, person_key(ifi)));
    if (names.empty()) return Name();
    TRY(const auto document, json::parse_view(names));
    Name last;
    for (const auto name : document->root().children())
      if (name.is(json::Type::string)) last = name.string();
    return last;
  }

  Result<Name> of_verb(const std::string& id) const {
    store::Filter filter;
    filter.all_of.push_back(xapi::verb_term(id));
    if (only_mine(lrs_, principal_, false))
      filter.all_of.push_back(xapi::authority_term(principal_.agent_ifi));
    store::PageRequest request;
    request.rows_max = 1;
    TRY(const auto page, stores_of(lrs_).statements.query(context_, filter, request));
    if (page.rows.empty()) return Name();
    TRY(const auto document, json::parse_view(page.rows.front().json));
    const auto verb = document->root().find("verb");
    const auto verb_id = verb ? verb->find("id") : std::nullopt;
    // A referring statement has its target's verb as a term.
    if (!verb_id || !verb_id->is(json::Type::string) || verb_id->string() != id) return Name();
    return entry_of(verb->find("display"));
  }

  Lrs& lrs_;
  const auth::Principal& principal_;
  const store::Context& context_;
  const std::vector<xapi::LanguageRange>& languages_;
  std::map<std::pair<Dimension, std::string>, Name> names_;
};

}  // namespace

Result<void> add_names(Lrs& lrs, const auth::Principal& principal, const store::Context& context,
                       const Question& question, const std::vector<xapi::LanguageRange>& languages,
                       const Tally::Grow& grow, Statistics& statistics) {
  // Where it was looked up, as a value, as text, and once more while that is put together.
  constexpr std::uint64_t times = 4;
  Namer namer(lrs, principal, context, languages);
  std::size_t named = 0;
  for (auto& group : statistics.groups) {
    group.names.resize(group.keys.size());
    if (named++ >= named_groups_max) continue;
    if (std::chrono::steady_clock::now() > context.deadline)
      return fail(
          Code::unavailable,
          "Looking up what all of this is called takes too long here: ask without `name`, or "
          "with `top`");
    for (std::size_t i = 0; i < group.keys.size(); ++i)
      if (group.keys[i] && has_names(question.by[i])) {
        TRY(group.names[i], namer.name_of(question.by[i], *group.keys[i]));
        if (group.names[i]) RETURN_IF_ERROR(grow(times * group.names[i]->size()));
      }
  }
  return {};
}

}  // namespace lectern::lrs
