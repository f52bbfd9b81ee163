#include "store/elasticsearch/schema/statement_document.h"

#include <algorithm>

#include "base/json/writer.h"
#include "base/log.h"
#include "base/time/micros.h"
#include "store/elasticsearch/schema/packed_text.h"

namespace lectern::store::elasticsearch {
namespace {

using json::Type;
using json::Value;

constexpr std::size_t lectern_bytes = 1024;  // of most statements' member

/// Half of an id as a number; the numbers rise as the ids do.
std::int64_t half(const Uuid& id, std::size_t from) {
  std::uint64_t number = 0;
  for (std::size_t i = from; i < from + 8; ++i) number = number << 8 | id.bytes[i];
  return static_cast<std::int64_t>(number ^ (std::uint64_t{1} << 63));
}

void set_half(Uuid& id, std::size_t from, std::int64_t number) {
  auto rest = static_cast<std::uint64_t>(number) ^ (std::uint64_t{1} << 63);
  for (std::size_t i = from + 8; i-- > from; rest >>= 8)
    id.bytes[i] = static_cast<std::uint8_t>(rest & 0xFF);
}

/// The first value of a stored field.
std::optional<Value> field(Value hit, std::string_view name) {
  const auto fields = hit.find("fields");
  const auto values = fields ? fields->find(name) : std::nullopt;
  if (!values) return std::nullopt;
  for (const Value value : values->children()) return value;
  return std::nullopt;
}

std::string_view text(std::optional<Value> value) {
  return value && value->is(Type::string) ? value->string() : std::string_view();
}

bool flag(std::optional<Value> value) {
  return value && value->is(Type::boolean) && value->boolean();
}

/// What a row lacks that is new.
struct Later {
  std::string_view batch;
  bool voided = false;
  bool shared = false;
};

/// The member `lectern`; `kept` is a StatementDocument or a Row.
template <typename T>
std::string lectern_of(const T& kept, const Later& later, std::string_view text, bool packs) {
  json::Writer json(lectern_bytes);
  json.object().member("stored", micros_of(kept.stored));
  json.member("id_high", half(kept.id, 0)).member("id_low", half(kept.id, 8));
  json.member("hash", kept.fingerprint.text()).key("terms").array();
  for (const auto& term : kept.terms) json.value(term.text());
  json.end();
  if (kept.refers_to) json.member("refers_to", kept.refers_to->text());
  if (kept.voids) json.member("voids", true);
  if (later.voided) json.member("voided", true);
  if (!later.batch.empty()) json.member("batch", later.batch);
  if (later.shared) json.member("shared", true);
  if (const auto packed = packs ? pack_text(text) : std::nullopt)
    json.member("packed", *packed);
  else
    json.member("text", text);
  return json.end().take();
}

/// A JSON object on one line and without its closing brace. A line break cannot be but between
/// tokens, where a blank says the same.
void append_open_object(std::string& lines, std::string_view object) {
  const std::size_t begin = lines.size();
  lines += object.substr(0, object.rfind('}'));
  if (object.find('\n') == object.npos && object.find('\r') == object.npos) return;
  std::replace_if(
      lines.begin() + static_cast<std::ptrdiff_t>(begin), lines.end(),
      [](char c) { return c == '\n' || c == '\r'; }, ' ');
}

/// The document: the statement's own text, with the member `lectern` behind its last one.
void append_line(std::string& lines, const Uuid& id, std::string_view text, bool with_statement,
                 std::string_view lectern) {
  if (!with_statement) {
    json::Writer json;
    json.object().member("id", id.text()).raw_member("lectern", lectern).end().line();
    lines += json.take();
    return;
  }
  append_open_object(lines, text);
  lines.append(",\"lectern\":").append(lectern).append("}\n");
}

std::optional<Time> instant(Value statement, std::string_view key) {
  const auto member = statement.find(key);
  return member && member->is(Type::string) ? parse_time(member->string()) : std::nullopt;
}

/// Whether our functions can read the statement: Ralph accepts more than the standard does.
bool readable(Value statement) {
  for (const auto* key : {"actor", "verb", "object"}) {
    const auto member = statement.find(key);
    if (!member || !member->is(Type::object)) return false;
  }
  return true;
}

/// A statement's text without the member `lectern` at its end, which an index that shows it has.
std::string without_lectern(Value statement) {
  const auto ours = statement.find("lectern");
  if (!ours) return std::string(statement.source());
  std::string text = "{";
  for (const Value member : statement.children()) {
    if (member == *ours) continue;
    if (text.size() > 1) text += ',';
    text.append(member.key_source()).append(":").append(member.source());
  }
  return text += '}';
}

}  // namespace

std::string sort_by_place(std::string_view order) {
  json::Writer json;
  json.array();
  for (const auto* field : {"lectern.stored", "lectern.id_high", "lectern.id_low"})
    json.object().member(field, order).end();
  return json.end().take();
}

std::string sort_values(const xapi::Position& position) {
  json::Writer json;
  json.array().value(micros_of(position.stored));
  return json.value(half(position.id, 0)).value(half(position.id, 8)).end().take();
}

std::optional<xapi::Position> place_of(Value sort) {
  std::vector<std::int64_t> numbers;
  for (const Value value : sort.children())
    if (value.is(Type::number))
      if (const auto number = value.as_integer()) numbers.push_back(*number);
  if (numbers.size() != 3) return std::nullopt;
  xapi::Position position{Time{std::chrono::microseconds{numbers[0]}}, {}};
  set_half(position.id, 0, numbers[1]);
  set_half(position.id, 8, numbers[2]);
  return position;
}

void append_document(std::string& lines, const StatementDocument& kept, Layout layout,
                     bool with_statement) {
  append_line(lines, kept.id, kept.text, with_statement,
              lectern_of(kept, {kept.batch, kept.voided, kept.shared}, kept.text,
                         with_statement && layout == Layout::packed));
}

void append_document(std::string& lines, const Row& row, std::string_view batch, Layout layout,
                     bool with_statement) {
  append_line(lines, row.id, row.json, with_statement,
              lectern_of(row, {batch}, row.json, with_statement && layout == Layout::packed));
}

std::string_view asking_for_statement_document(Layout layout) {
  return layout == Layout::plain
             ? "_source=false&stored_fields=lectern.stored,lectern.terms,lectern.hash,"
               "lectern.refers_to,lectern.voids,lectern.voided,lectern.batch,lectern.shared,"
               "lectern.text"
             : "_source=true&stored_fields=lectern.stored,lectern.terms,lectern.hash,"
               "lectern.refers_to,lectern.voids,lectern.voided,lectern.batch,lectern.shared,"
               "lectern.text,lectern.packed";
}

std::string_view asking_for_row(Layout layout) {
  return layout == Layout::plain
             ? "_source=false&stored_fields=lectern.stored,lectern.refers_to,lectern.text"
             : "_source=true&stored_fields=lectern.stored,lectern.refers_to,lectern.text,"
               "lectern.packed";
}

std::optional<std::string> exact_text(Value hit) {
  if (const auto plain = field(hit, "lectern.text")) return std::string(text(plain));
  const auto packed = field(hit, "lectern.packed");
  const auto source = hit.find("_source");
  if (!packed || !source) return std::nullopt;
  auto unpacked = unpack_text(text(packed), source->source());
  if (unpacked) return std::move(*unpacked);
  if (!source->is(Type::object) || !readable(*source)) return std::nullopt;
  const auto id = hit.find("_id");
  log::warning("statement {} is served as `_source` has it: {}", text(id), unpacked.error().detail);
  return without_lectern(*source);
}

std::optional<StoredStatement> read_row(Value hit) {
  const auto stored = field(hit, "lectern.stored");
  const auto id = Uuid::parse(text(hit.find("_id")));
  if (!stored || !stored->is(Type::number) || !id) return std::nullopt;
  auto exact = exact_text(hit);
  if (!exact) return std::nullopt;
  const Time time{std::chrono::microseconds{stored->as_integer().value_or(0)}};
  return StoredStatement{.position = {time, *id},
                         .json = std::move(*exact),
                         .refers = field(hit, "lectern.refers_to").has_value()};
}

std::optional<StatementDocument> read_statement_document(Value hit) {
  const auto fingerprint = xapi::Fingerprint::parse(text(field(hit, "lectern.hash")));
  if (!fingerprint) return std::nullopt;
  auto row = read_row(hit);
  if (!row) return std::nullopt;
  StatementDocument kept;
  kept.id = row->position.id;
  kept.stored = row->position.stored;
  kept.fingerprint = *fingerprint;
  if (const auto terms = hit.find("fields")->find("lectern.terms"))
    for (const Value term : terms->children())
      if (term.is(Type::string))
        if (auto one = xapi::Term::parse(term.string())) kept.terms.push_back(std::move(*one));
  std::sort(kept.terms.begin(), kept.terms.end());
  kept.refers_to = Uuid::parse(text(field(hit, "lectern.refers_to")));
  kept.voids = flag(field(hit, "lectern.voids"));
  kept.voided = flag(field(hit, "lectern.voided"));
  kept.batch = text(field(hit, "lectern.batch"));
  kept.shared = flag(field(hit, "lectern.shared"));
  kept.text = std::move(row->json);
  const auto number = [&](std::string_view name) {
    const auto member = hit.find(name);
    return member && member->is(Type::number) ? member->as_integer().value_or(0) : 0;
  };
  kept.version = {number("_seq_no"), number("_primary_term")};
  return kept;
}

Result<StatementDocument> from_foreign(std::string_view id, std::string_view source) {
  StatementDocument kept;
  const auto uuid = Uuid::parse(id);
  if (!uuid) return fail(Code::invalid, "its _id is no UUID");
  kept.id = *uuid;
  TRY(const auto document, json::parse(std::string(source)));
  const Value statement = document->root();
  if (!statement.is(Type::object) || !readable(statement))
    return fail(Code::invalid, "it is no statement: actor, verb or object is missing");
  auto stored = instant(statement, "stored");
  if (!stored) stored = instant(statement, "timestamp");
  if (!stored) return fail(Code::invalid, "it has neither stored nor timestamp");
  kept.stored = *stored;
  kept.terms = xapi::terms_of(statement);
  kept.fingerprint = xapi::fingerprint_of(statement);
  kept.refers_to = xapi::reference_of(statement);
  kept.voids = xapi::is_voiding(statement);
  kept.text = without_lectern(statement);
  return kept;
}

}  // namespace lectern::store::elasticsearch
