#include "store/embedded/format/stored_row.h"

#include <algorithm>

#include "base/json/json.h"
#include "xapi/equality/fingerprint.h"
#include "xapi/terms.h"

namespace lectern::store::embedded {
namespace {

std::optional<std::string_view> text_of(json::Value statement, std::string_view name) {
  const auto member = statement.find(name);
  if (!member || !member->is(json::Type::string)) return std::nullopt;
  return member->string();
}

}  // namespace

Result<Row> row_of_body(const Body& body, Time stored) {
  TRY(const auto document, json::parse_view(body.text));
  const auto statement = document->root();
  if (!statement.is(json::Type::object)) return fail(Code::invalid, "its text is no statement");
  const auto id = text_of(statement, "id");
  if (!id || Uuid::parse(*id) != body.id) return fail(Code::invalid, "its text has another id");
  const auto when = text_of(statement, "stored");
  if (!when || parse_time(*when) != stored)
    return fail(Code::invalid, "its text has another `stored` than its place");
  const auto timestamp = text_of(statement, "timestamp");
  if (!timestamp) return fail(Code::invalid, "its text has no timestamp");
  Row row;
  row.id = body.id;
  row.json = body.text;
  row.stored = stored;
  row.timestamp = parse_time(*timestamp);
  row.terms = xapi::terms_of(statement);
  row.fingerprint = xapi::fingerprint_of(statement, *timestamp == *when);
  row.refers_to = xapi::reference_of(statement);
  row.voids = xapi::is_voiding(statement);
  if (row.refers_to != body.refers_to || row.voids != body.voids)
    return fail(Code::invalid, "its text refers to something else than its fields say");
  return row;
}

bool is_entry_of(const IdEntry& entry, const Row& row) {
  return entry.kept && entry.stored == row.stored &&
         entry.fingerprint.hash == row.fingerprint.hash &&
         (!row.fingerprint.timestamp || entry.fingerprint.timestamp == row.fingerprint.timestamp);
}

std::vector<ExpectedPosting> own_postings(const Database& database, TargetNumber target,
                                          const Row& row) {
  std::vector<ExpectedPosting> all;
  std::optional<TermHash> verb;
  std::size_t verbs = 0;
  for (const auto& term : row.terms) {
    const auto hash = database.hash_of(target, term);
    all.push_back({posting_key(hash, order_of(row.stored)), std::nullopt});
    if (term.kind != xapi::TermKind::verb) continue;
    ++verbs;
    verb = hash;
  }
  if (verbs == 1 && !row.refers_to)
    for (auto& posting : all) posting.mark = verb_mark_of(*verb);
  return all;
}

}  // namespace lectern::store::embedded
