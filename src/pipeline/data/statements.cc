#include "pipeline/data/statements.h"

#include <fmt/format.h>

#include "base/json/json.h"
#include "base/text.h"
#include "base/uuid.h"
#include "pipeline/data/json_lines.h"
#include "xapi/query.h"

namespace lectern::pipeline {

Result<std::string> statement_parameters(const std::string& query, std::size_t chunk_size) {
  std::string out = fmt::format("limit={}", chunk_size);
  if (!query.starts_with('{')) return query.empty() ? out : query + "&" + out;
  const auto document = json::parse_view(query, {.bounded = false, .lenient = true});
  if (!document)
    return fail(Code::invalid, "the query is no JSON object: " + document.error().message);
  for (const auto member : (*document)->root().children()) {
    if (member.key() == "limit" || member.is(json::Type::null)) continue;
    const std::string_view value =
        member.is(json::Type::string) ? member.string() : member.source();
    out += "&" + percent_encoded(member.key()) + "=" + percent_encoded(value);
  }
  return out;
}

void take_statements(Chunk& chunk) {
  take_objects(chunk, [](json::Value statement) {
    if (statement.find("id")) return Chunk::Record{0, std::string(statement.source()), {}};
    return Chunk::Record{0,
                         fmt::format("{{\"id\":\"{}\"{}{}", Uuid::random().text(),
                                     statement.size() > 0 ? "," : "", statement.source().substr(1)),
                         {}};
  });
}

}  // namespace lectern::pipeline
