#include "store/clickhouse/schema/event_row.h"

#include "base/json/json.h"
#include "xapi/equality/fingerprint.h"
#include "xapi/terms.h"

namespace lectern::store::clickhouse {
namespace {

std::optional<Time> time_member(json::Value statement, std::string_view name) {
  const auto member = statement.find(name);
  if (!member || !member->is(json::Type::string)) return std::nullopt;
  return parse_time(member->string());
}

}  // namespace

Result<Row> row_of_event(const Event& event) {
  TRY(const auto document, json::parse(event.json));
  const auto statement = document->root();
  if (!statement.is(json::Type::object))
    return fail(Code::invalid, "it is no object but " + std::string(name_of(statement.type())));
  Row row;
  row.id = event.id;
  row.json = event.json;
  row.terms = xapi::terms_of(statement);
  row.fingerprint = xapi::fingerprint_of(statement);
  row.refers_to = xapi::reference_of(statement);
  row.voids = xapi::is_voiding(statement);
  row.timestamp = time_member(statement, "timestamp");
  row.stored = time_member(statement, "stored").value_or(event.emission_time);
  return row;
}

std::vector<std::size_t> stored_at_of(const Row& row) {
  const auto document = json::parse(row.json);
  if (!document) return {};
  const auto member = (*document)->root().find("stored");
  if (!member || member->source() != "\"" + stored_text(row.stored) + "\"") return {};
  return {member->offset() + 1};
}

}  // namespace lectern::store::clickhouse
