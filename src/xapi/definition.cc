#include <unordered_map>

#include "xapi/canonical.h"
#include "xapi/formats.h"
#include "xapi/splice.h"

namespace lectern::xapi {
namespace {

using json::Type;
using json::Value;

using Members = std::unordered_map<std::string_view, Value>;

Members members_of(Value object) {
  Members out;
  for (const Value member : object.children()) out.emplace(member.key(), member);
  return out;
}

enum class Level { definition, entries };

/// Whether this member of a definition is joined entry by entry.
bool is_joined(std::string_view key) {
  return key == "name" || key == "description" || key == "extensions";
}

/// Copies `known` with what `added` says otherwise or in addition. Tells whether that was anything.
bool join(Splice& out, Value known, Value added, Level level) {
  const Members ours = members_of(known), theirs = members_of(added);
  bool is_changed = false;
  const auto change = [&](Value member) {
    const auto other = theirs.find(member.key());
    if (other == theirs.end()) return;
    const Value value = other->second;
    if (level == Level::definition && is_joined(member.key()) && member.is(Type::object) &&
        value.is(Type::object)) {
      is_changed |= join(out, member, value, Level::entries);
    } else if (canonical_bytes(member) != canonical_bytes(value)) {
      out.replace(member, value.source());
      is_changed = true;
    }
  };
  bool has_members = out.members(
      known, [](Value) { return true; }, change);
  for (const Value one : added.children()) {
    if (ours.contains(one.key())) continue;
    if (has_members) out.put(",");
    has_members = is_changed = true;
    out.put(one.key_source());
    out.put(":");
    out.put(one.source());
  }
  return is_changed;
}

}  // namespace

std::string merge_definition(std::string_view known, std::string_view added) {
  if (known.empty()) return std::string(added);
  if (known == added) return std::string(known);
  const auto ours = json::parse(std::string(known));
  if (!ours || !(*ours)->root().is(Type::object)) return std::string(added);
  const auto theirs = json::parse(std::string(added));
  if (!theirs || !(*theirs)->root().is(Type::object)) return std::string(known);
  Splice out((*ours)->root(), added.size());
  const bool is_changed = join(out, (*ours)->root(), (*theirs)->root(), Level::definition);
  return is_changed ? out.finish() : std::string(known);
}

}  // namespace lectern::xapi
