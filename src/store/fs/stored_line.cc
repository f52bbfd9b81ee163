#include "store/fs/stored_line.h"

#include <algorithm>

#include "base/json/json.h"
#include "xapi/member.h"

namespace lectern::store::fs {

Result<Row> row_of_line(std::string_view line) {
  TRY(const auto document, json::parse_view(line));
  const auto statement = document->root();
  const auto id_text = xapi::string_member(statement, "id");
  const auto id = id_text ? Uuid::parse(*id_text) : std::nullopt;
  if (!id) return fail(Code::invalid, "there is no statement with an id in it");
  const auto stored = xapi::string_member(statement, "stored");
  const auto timestamp = xapi::string_member(statement, "timestamp");
  Row row;
  row.id = *id;
  row.json = line;
  row.terms = xapi::terms_of(statement);
  // The server writes one instant into both where the client gave no timestamp.
  row.fingerprint = xapi::fingerprint_of(statement, timestamp && timestamp == stored);
  row.refers_to = xapi::reference_of(statement);
  row.voids = xapi::is_voiding(statement);
  if (timestamp) row.timestamp = parse_time(*timestamp);
  if (stored) row.stored = parse_time(*stored).value_or(Time{});
  return row;
}

std::string line_of(std::string json) {
  // Within strings JSON writes line breaks as escapes, so these stand between tokens.
  std::replace(json.begin(), json.end(), '\n', ' ');
  std::replace(json.begin(), json.end(), '\r', ' ');
  return json;
}

}  // namespace lectern::store::fs
