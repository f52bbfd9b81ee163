#include "pipeline/data/databases/es_query.h"

#include "base/json/json.h"
#include "base/log.h"

namespace lectern::pipeline::es {
namespace {

using json::Type;

bool is_text_or_null(json::Value value) { return value.is(Type::string) || value.is(Type::null); }

/// Sets a text; false where the value is neither a string nor null.
bool take_text(json::Value value, std::string& to) {
  if (value.is(Type::string)) to = value.string();
  return is_text_or_null(value);
}

bool take_point_in_time(json::Value pit, Query& query) {
  if (!pit.is(Type::object)) return false;
  for (const auto member : pit.children()) {
    const bool known = member.key() == "id" || member.key() == "keep_alive";
    if (!known || !take_text(member, member.key() == "id" ? query.point_in_time : query.keep_alive))
      return false;
  }
  return true;
}

bool take_sort(json::Value sort, Query& query) {
  if (!sort.is(Type::string) && !sort.is(Type::array)) return false;
  for (const auto part : sort.children())
    if (!part.is(Type::object)) return false;
  // A direction behind a colon is understood in the URL only.
  if (sort.is(Type::string) && sort.string().find(':') != std::string_view::npos)
    query.sort_parameter = sort.string();
  else
    query.sort = sort.source();
  return true;
}

bool take_size(json::Value size, Query& query) {
  if (size.is(Type::null)) return true;
  if (size.is(Type::number)) query.size = size.as_integer();
  return query.size.has_value();
}

/// False where the member is none of Ralph's.
bool take_member(json::Value member, Query& query) {
  const auto key = member.key();
  if (key == "q") return take_text(member, query.lucene);
  if (key == "pit") return take_point_in_time(member, query);
  if (key == "size") return take_size(member, query);
  if (key == "sort") return take_sort(member, query);
  if (key == "track_total_hits") return member.is(Type::boolean) && !member.boolean();
  if (key == "query") {
    query.query = member.source();
    return member.is(Type::object);
  }
  if (key == "search_after") {
    if (member.is(Type::array)) query.search_after = member.source();
    return member.is(Type::array) || member.is(Type::null);
  }
  return false;
}

}  // namespace

Query read_query(const std::string& text) {
  Query query;
  if (text.empty()) return query;
  const auto document = json::parse_view(text, {.bounded = false, .lenient = true});
  bool known = document && (*document)->root().is(Type::object);
  if (known)
    for (const auto member : (*document)->root().children())
      known = known && take_member(member, query);
  if (known) return query;
  log::info("Fallback to Lucene Query as the query is not an ESQuery: {}", text);
  query = Query();
  query.lucene = text;
  return query;
}

}  // namespace lectern::pipeline::es
