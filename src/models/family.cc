#include "models/family.h"

#include <optional>

#include "base/assert.h"
#include "models/embedded.h"
#include "xapi/member.h"

namespace lectern::models {
namespace {

using json::Type;
using json::Value;

Table read_embedded(std::string_view name) {
  for (const EmbeddedFile& file : embedded_files())
    if (file.name == name) return read_table(file.text);
  LECTERN_ASSERT(false);
  return {};
}

std::optional<Value> member(std::optional<Value> object, std::string_view key) {
  if (!object || !object->is(Type::object)) return std::nullopt;
  return object->find(key);
}

std::string_view text_of(std::optional<Value> value) {
  return value && value->is(Type::string) ? value->string() : std::string_view();
}

/// Equal as JSON values; what is absent equals null.
bool is_same(std::optional<Value> a, std::optional<Value> b) {
  const bool a_is_null = !a || a->is(Type::null), b_is_null = !b || b->is(Type::null);
  if (a_is_null || b_is_null) return a_is_null && b_is_null;
  if (a->is(Type::string) && b->is(Type::string)) return a->string() == b->string();
  return a->source() == b->source();
}

std::span<const std::uint32_t> models_for_event(const Table& table, Value event) {
  const std::string_view source = text_of(event.find("event_source"));
  const auto type = event.find("event_type");
  const auto of_type = table.models_of(source, text_of(type));
  const auto of_own_path = table.models_of(source, "");
  if (text_of(type).empty() || of_own_path.empty()) {
    if (!of_own_path.empty() && is_same(type, member(event.find("context"), "path")))
      return of_own_path;
    return text_of(type).empty() ? std::span<const std::uint32_t>() : of_type;
  }
  // Both may fit: the one that stands first in the table.
  if (!of_type.empty() && of_type.front() < of_own_path.front()) return of_type;
  if (is_same(type, member(event.find("context"), "path"))) return of_own_path;
  return of_type;
}

}  // namespace

const Table& table_of(Family family) {
  if (family == Family::edx) {
    static const Table edx = read_embedded("tables/edx");
    return edx;
  }
  static const Table xapi = read_embedded("tables/xapi");
  return xapi;
}

std::span<const std::uint32_t> models_for(Family family, Value record) {
  const Table& table = table_of(family);
  if (family == Family::edx) return models_for_event(table, record);
  const auto definition = member(record.find("object"), "definition");
  return table.models_of(text_of(member(record.find("verb"), "id")),
                         text_of(member(definition, "type")));
}

}  // namespace lectern::models
