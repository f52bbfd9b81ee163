#include <algorithm>
#include <unordered_map>

#include "xapi/equality/canonical.h"
#include "xapi/formats.h"
#include "xapi/json_patch.h"

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

/// Copies one definition with what another says otherwise or in addition, within a bound in bytes.
class Join {
 public:
  Join(Value known, std::size_t grows_max, std::size_t bytes_max)
      : out_(known, grows_max), size_(known.source().size()), bytes_max_(bytes_max) {}

  /// Tells whether there was anything to change.
  bool definitions(Value known, Value added) { return join(known, added, Level::definition); }
  std::string finish() { return out_.finish(); }

 private:
  bool join(Value known, Value added, Level level) {
    const Members ours = members_of(known), theirs = members_of(added);
    bool is_changed = false;
    const auto change = [&](Value member) {
      const auto other = theirs.find(member.key());
      if (other == theirs.end()) return;
      const Value value = other->second;
      if (level == Level::definition && is_joined(member.key()) && member.is(Type::object) &&
          value.is(Type::object))
        is_changed |= join(member, value, Level::entries);
      else
        is_changed |= replace(member, value);
    };
    bool has_members = out_.members(
        known, [](Value) { return true; }, change);
    for (const Value one : added.children())
      if (!ours.contains(one.key())) is_changed |= add(one, level, has_members);
    return is_changed;
  }

  bool replace(Value member, Value value) {
    const std::size_t old = member.source().size(), now = value.source().size();
    if (now > old && size_ + now - old > bytes_max_) return false;
    if (member.source() == value.source() || canonical_bytes(member) == canonical_bytes(value))
      return false;
    out_.replace(member, value.source());
    size_ += now - old;
    return true;
  }

  /// Writes a member that is new, or the entries of it that fit.
  bool add(Value member, Level level, bool& has_members) {
    const std::size_t key = member.key_source().size() + 2;  // the colon, and a comma
    const auto open = [&] {
      if (has_members) out_.put(",");
      has_members = true;
      out_.put(member.key_source());
      out_.put(":");
    };
    if (fits(key + member.source().size())) {
      open();
      out_.put(member.source());
      size_ += key + member.source().size();
      return true;
    }
    if (level != Level::definition || !is_joined(member.key()) || !member.is(Type::object) ||
        !fits(key + 2))
      return false;
    open();
    out_.put("{");
    size_ += key + 2;
    bool has_entries = false;
    for (const Value entry : member.children()) add(entry, Level::entries, has_entries);
    out_.put("}");
    return true;
  }

  bool fits(std::size_t bytes) const { return size_ + bytes <= bytes_max_; }

  JsonPatch out_;
  std::size_t size_;
  std::size_t bytes_max_;
};

/// The definition, cut to the entries that fit.
std::string cut(std::string_view definition, std::size_t bytes_max) {
  if (definition.size() <= bytes_max) return std::string(definition);
  const auto empty = json::parse("{}");
  const auto whole = json::parse_view(definition);
  if (!whole || !(*whole)->root().is(Type::object)) return {};
  Join join((*empty)->root(), bytes_max, bytes_max);
  join.definitions((*empty)->root(), (*whole)->root());
  return join.finish();
}

}  // namespace

std::string merge_definition(std::string_view known, std::string_view added,
                             std::size_t bytes_max) {
  if (known.size() > bytes_max) return merge_definition(cut(known, bytes_max), added, bytes_max);
  if (known.empty()) return cut(added, bytes_max);
  if (known == added) return std::string(known);
  const auto ours = json::parse_view(known);
  if (!ours || !(*ours)->root().is(Type::object)) return cut(added, bytes_max);
  const auto theirs = json::parse_view(added);
  if (!theirs || !(*theirs)->root().is(Type::object)) return std::string(known);
  Join join((*ours)->root(), std::min(added.size(), bytes_max), bytes_max);
  const bool is_changed = join.definitions((*ours)->root(), (*theirs)->root());
  return is_changed ? join.finish() : std::string(known);
}

}  // namespace lectern::xapi
