#include "store/mongo/schema/layout.h"

#include <algorithm>
#include <limits>

#include "base/digest.h"
#include "base/json/json.h"
#include "base/time/micros.h"
#include "store/mongo/client/convert.h"

namespace lectern::store::mongo {
namespace {

using std::chrono::microseconds;

std::optional<std::string_view> text_member(json::Value object, std::string_view key) {
  const auto member = object.find(key);
  if (!member || !member->is(json::Type::string)) return std::nullopt;
  return member->string();
}

std::optional<Time> time_member(json::Value statement, std::string_view key) {
  const auto text = text_member(statement, key);
  return text ? parse_time(*text) : std::nullopt;
}

bson_oid_t oid_of(std::string_view bytes) {
  bson_oid_t id;
  bson_oid_init_from_data(&id, reinterpret_cast<const std::uint8_t*>(bytes.data()));
  return id;
}

}  // namespace

bson_oid_t object_id_of(std::string_view id_text, Time timestamp) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(timestamp).time_since_epoch();
  const auto stamp = static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(seconds.count(), 0, std::numeric_limits<std::uint32_t>::max()));
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8)
    bytes += static_cast<char>(static_cast<std::uint8_t>(stamp >> shift));
  bytes += sha256(id_text).substr(0, 8);
  return oid_of(bytes);
}

bson_oid_t other_object_id_of(std::string_view id_text) {
  return oid_of(sha256(id_text).substr(20, 12));
}

std::string_view id_text_of(json::Value statement) {
  return text_member(statement, "id").value_or("");
}

Bson lectern_part(const Row& row, std::string_view json, std::string_view batch) {
  Bson part;
  part.uuid("id", row.id)
      .integer("stored", micros_of(row.stored))
      .text("hash", row.fingerprint.text());
  Array terms;
  for (const auto& term : row.terms) terms.text(term.text());
  part.array("terms", terms.get());
  if (row.refers_to) part.uuid("refers_to", *row.refers_to);
  if (row.voids) part.flag("voids", true);
  if (!batch.empty()) part.text("batch", batch);
  part.text("text", json);
  return part;
}

Result<Bson> document_of(const Row& row, std::string_view batch, bool other_id) {
  const auto too_large = [&] {
    return fail(Code::too_large, "the statement " + row.id.text() +
                                     " is larger than a MongoDB document can hold (it is kept "
                                     "twice: 16 MiB for both)");
  };
  if (row.json.size() > document_bytes_max) return too_large();
  TRY(const auto parsed, json::parse_view(row.json));
  const auto id_text = id_text_of(parsed->root());
  Bson document;
  document
      .object_id("_id", other_id ? other_object_id_of(id_text)
                                 : object_id_of(id_text, row.timestamp.value_or(row.stored)))
      .object("_source", to_bson(parsed->root()))
      .object("lectern", lectern_part(row, row.json, batch));
  if (!document.whole() || document.size() > document_bytes_max) return too_large();
  return document;
}

Bson found_fields() {
  Bson fields;
  fields.small("_id", 0);
  for (const char* name :
       {"lectern.id", "lectern.stored", "lectern.hash", "lectern.voided", "lectern.text"})
    fields.small(name, 1);
  return fields;
}

std::optional<StoredStatement> found_of(View document) {
  const auto id = field(document, "lectern.id");
  const auto stored = field(document, "lectern.stored");
  const auto hash = field(document, "lectern.hash");
  const auto text = field(document, "lectern.text");
  const auto voided = field(document, "lectern.voided");
  if (!id || !stored || !text) return std::nullopt;
  const auto uuid = id->uuid();
  const auto instant = stored->integer();
  const auto json = text->text();
  if (!uuid || !instant || !json) return std::nullopt;
  StoredStatement found{.position = {Time(microseconds(*instant)), *uuid},
                        .json = std::string(*json)};
  if (hash)
    found.fingerprint =
        xapi::Fingerprint::parse(hash->text().value_or("")).value_or(xapi::Fingerprint{});
  found.voided = voided && voided->truth();
  return found;
}

xapi::Terms terms_in(View document) {
  xapi::Terms all;
  const auto terms = field(document, "lectern.terms");
  for_each(terms ? terms->object().value_or(View()) : View(), [&](const Field& term) {
    if (auto one = xapi::Term::parse(term.text().value_or(""))) all.push_back(std::move(*one));
    return true;
  });
  std::sort(all.begin(), all.end());
  return all;
}

Result<Row> row_of_source(View document) {
  const auto source = field(document, "_source");
  const auto view = source ? source->object() : std::nullopt;
  if (!view) return fail(Code::invalid, "it has no _source");
  Row row;
  TRY(row.json, to_json(*view));
  TRY(const auto parsed, json::parse_view(row.json));
  const auto statement = parsed->root();
  if (!statement.is(json::Type::object)) return fail(Code::invalid, "its _source is no object");
  const auto id = Uuid::parse(id_text_of(statement));
  if (!id) return fail(Code::invalid, "its id is not a UUID");
  row.id = *id;
  row.timestamp = time_member(statement, "timestamp");
  const auto stored = time_member(statement, "stored");
  if (!stored && !row.timestamp)
    return fail(Code::invalid, "neither its stored nor its timestamp can be read");
  row.stored = stored ? *stored : *row.timestamp;
  row.terms = xapi::terms_of(statement);
  // Ralph writes one instant into both where the client gave no timestamp.
  const bool timestamp_is_ours =
      text_member(statement, "timestamp") == text_member(statement, "stored");
  row.fingerprint = xapi::fingerprint_of(statement, timestamp_is_ours);
  row.refers_to = xapi::reference_of(statement);
  row.voids = xapi::is_voiding(statement);
  return row;
}

}  // namespace lectern::store::mongo
