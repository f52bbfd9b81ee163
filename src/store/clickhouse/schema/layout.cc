#include "store/clickhouse/schema/layout.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "base/digest.h"
#include "store/clickhouse/client/row_binary.h"
#include "xapi/terms.h"

namespace lectern::store::clickhouse {
namespace {

constexpr std::size_t reference_bytes = 8 + 16 + 1;

struct Layout {
  std::string_view columns;
  std::string_view engine;
  std::string_view settings;
};

/// Ids are random, so compressing them gains nothing, and a lookup should unpack little more than
/// its granule: with 1 million ids a lookup of 400 took 17 ms so, 35 ms with the defaults.
constexpr Layout ids_layout{
    "id FixedString(16) CODEC(NONE), stored Int64, hash FixedString(16) CODEC(NONE),"
    " timestamp Int64, owner Int64, at DateTime64(6, 'UTC') DEFAULT now64(6, 'UTC'),"
    " state UInt8 DEFAULT 0",
    "MergeTree ORDER BY (id, stored)",
    "index_granularity = 256, min_compress_block_size = 4096, max_compress_block_size = 8192"};

/// A page of 100 scattered statements unpacks 100 granules: what it reads should be little more
/// than what it wants. The tokens of inserts are remembered, of more than can come while one is
/// under way.
constexpr Layout rows_layout{"stored Int64, id FixedString(16), flags UInt8, event String",
                             "MergeTree ORDER BY (stored, id)",
                             "index_granularity = 32, min_compress_block_size = 16384,"
                             " non_replicated_deduplication_window = 1000"};

constexpr Layout terms_layout{"term FixedString(16), stored Int64, id FixedString(16), verb Int64",
                              "MergeTree ORDER BY (term, stored, id)", "index_granularity = 512"};

constexpr Layout marks_layout{"kind UInt8, id FixedString(16), value String",
                              "ReplacingMergeTree ORDER BY (kind, id, value)",
                              "index_granularity = 256"};

constexpr Layout writers_layout{
    "process FixedString(16), at DateTime64(6, 'UTC') DEFAULT now64(6, 'UTC'), low Int64,"
    " active UInt8",
    "MergeTree ORDER BY at TTL toDateTime(at) + INTERVAL 1 HOUR", "index_granularity = 8192"};

/// All columns in one file, however large a part is: what is read is scattered, and each place in
/// each file costs a seek. Pages of 100 statements took half as long so.
constexpr std::string_view compact_settings = ", min_bytes_for_wide_part = 1000000000000000";

/// What Ralph makes: nothing of it is ours to choose.
constexpr Layout events_layout{
    "event_id UUID NOT NULL, emission_time DateTime64(6) NOT NULL, event String NOT NULL",
    "MergeTree ORDER BY (emission_time, event_id) PRIMARY KEY (emission_time, event_id)", ""};

/// Makes inserts in many small parts cheaper: parts are merged when twelve of about the same size
/// are there instead of five, and no statistics are kept of columns, which no query of ours uses:
/// loading took the server a quarter less time so. The others spare a part two files and some work:
/// marks of subcolumns and sparse columns, which these tables gain nothing from, and compressing
/// the few bytes of an index. Older servers do not know all of these.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> part_settings = {
    {{"merge_selector_base", "12"},
     {"auto_statistics_types", "''"},
     {"write_marks_for_substreams_in_compact_parts", "0"},
     {"ratio_of_defaults_for_sparse_serialization", "1"},
     {"compress_marks", "0"},
     {"compress_primary_key", "0"}}};

/// Those of part_settings that the server knows, each with a comma before it; none if it does not
/// tell.
std::string known_part_settings(Server& server, Deadline deadline) {
  std::string names, known;
  for (const auto& [name, value] : part_settings)
    names += (names.empty() ? "'" : ",'") + std::string(name) + "'";
  const auto answer = server.select(
      "SELECT name FROM system.merge_tree_settings WHERE name IN (" + names + ")", deadline);
  if (!answer) return known;
  RowReader reader(*answer);
  while (reader.more()) {
    const auto there = reader.string();
    for (const auto& [name, value] : part_settings)
      if (name == there) ((known += ", ") += name) += " = " + std::string(value);
  }
  return known;
}

Result<void> create(Server& server, std::string_view table, const Layout& layout,
                    std::string_view more_settings, Deadline deadline) {
  std::string sql = "CREATE TABLE IF NOT EXISTS ";
  ((sql += table) += " (") += layout.columns;
  (sql += ") ENGINE = ") += layout.engine;
  if (!layout.settings.empty())
    (((sql += " SETTINGS ") += layout.settings) += compact_settings) += more_settings;
  return server.command(sql, deadline);
}

/// Asked for, since CREATE ... IF NOT EXISTS needs the right to create where nothing is missing
/// too.
Result<bool> is_there(Server& server, const std::string& table, Deadline deadline) {
  TRY(const auto answer, server.select("EXISTS TABLE " + table, deadline));
  return std::string_view(answer) == "\x01";
}

/// "" where there is none.
Result<std::string> engine_of_events(Server& server, const TableNames& names, Deadline deadline) {
  // Quoted names: `database` and `database`.`table`.
  const auto database = names.database.substr(1, names.database.size() - 2);
  const auto table =
      names.events.substr(database.size() + 4, names.events.size() - database.size() - 5);
  TRY(const auto answer, server.select("SELECT engine FROM system.tables WHERE database = '" +
                                           database + "' AND name = '" + table + "'",
                                       deadline));
  return std::string(RowReader(answer).string());
}

Result<void> refuse_engine(const std::string& engine, const TableNames& names) {
  const bool is_shared = engine.starts_with("Replicated") || engine.starts_with("Shared");
  if (!is_shared && engine != "Distributed") return {};
  return fail(Code::unavailable,
              names.events + " is of several ClickHouse nodes (" + engine +
                  "), and Lectern's tables are of one: let HOST name one node, the same for all "
                  "processes, and set RALPH_BACKENDS__LRS__CLICKHOUSE__ONE_NODE=true");
}

tl::unexpected<Error> cannot_create(const std::string& table, const TableNames& names,
                                    const Error& error) {
  if (error.detail.find("ACCESS_DENIED") == std::string::npos) return fail(error);
  return fail(
      Code::unavailable, "The tables of the database cannot be had",
      table + " is missing, and Lectern's user may not create it: GRANT CREATE TABLE ON " +
          names.database +
          ".* to it, or let another user run `lectern migrate --create-tables`: " + error.detail);
}

Result<void> create_events(Server& server, const TableNames& names, Deadline deadline) {
  auto created = create(server, names.events, events_layout, "", deadline);
  if (!created && created.error().detail.find("UNKNOWN_DATABASE") != std::string::npos) {
    created = server.command("CREATE DATABASE IF NOT EXISTS " + names.database, deadline);
    if (created) created = create(server, names.events, events_layout, "", deadline);
  }
  if (!created) return cannot_create(names.events, names, created.error());
  return {};
}

}  // namespace

TermHash hash_of(const xapi::Term& term) {
  TermHash hash;
  const auto digest = sha256(term.text());
  std::transform(digest.begin(), digest.begin() + hash.size(), hash.begin(),
                 [](char c) { return static_cast<std::uint8_t>(c); });
  return hash;
}

std::int64_t verb_mark_of(const TermHash& verb) {
  std::int64_t mark = 0;
  std::memcpy(&mark, verb.data(), sizeof mark);
  return mark;
}

std::int64_t verb_mark_of(const Row& row) {
  if (row.refers_to) return no_verb_mark;
  const auto verb = std::find_if(row.terms.begin(), row.terms.end(), [](const xapi::Term& term) {
    return term.kind == xapi::TermKind::verb;
  });
  return verb == row.terms.end() ? no_verb_mark : verb_mark_of(hash_of(*verb));
}

std::string ReferredMark::text() const {
  std::string text;
  for (int shift = 56; shift >= 0; shift -= 8)
    text += static_cast<char>(static_cast<std::uint64_t>(stored) >> shift & 0xFF);
  for (const auto byte : id.bytes) text += static_cast<char>(byte);
  text += voids ? '\x01' : '\x00';
  return text;
}

std::optional<ReferredMark> ReferredMark::parse(std::string_view text) {
  if (text.size() != reference_bytes) return std::nullopt;
  ReferredMark reference;
  std::uint64_t stored = 0;
  for (std::size_t i = 0; i < 8; ++i) stored = stored << 8 | static_cast<std::uint8_t>(text[i]);
  reference.stored = static_cast<std::int64_t>(stored);
  std::transform(text.begin() + 8, text.begin() + 24, reference.id.bytes.begin(),
                 [](char c) { return static_cast<std::uint8_t>(c); });
  reference.voids = text.back() == '\x01';
  return reference;
}

Time emission_time(Time timestamp) {
  using namespace std::chrono;
  constexpr Time first = sys_days{year{1900} / January / 1};
  constexpr Time last = sys_days{year{2300} / January / 1} - microseconds{1};
  return std::clamp(timestamp, first, last);
}

Result<void> refuse_replicated(Server& server, const TableNames& names, const EventsPolicy& policy,
                               Deadline deadline) {
  if (policy.one_node) return {};
  const auto engine = engine_of_events(server, names, deadline);
  return engine ? refuse_engine(*engine, names) : Result<void>{};
}

Result<bool> has_events(Server& server, const TableNames& names, const EventsPolicy& policy,
                        Deadline deadline) {
  TRY(const auto engine, engine_of_events(server, names, deadline));
  if (!policy.one_node) RETURN_IF_ERROR(refuse_engine(engine, names));
  if (!engine.empty() || policy.create) return !engine.empty();
  return fail(Code::unavailable, "ClickHouse has no table " + names.events,
              "it is Ralph's and not made here: whoever looks after the database makes it, as Open "
              "edX Aspects does with its migrations; it is used as soon as it is there");
}

Result<void> create_tables(Server& server, const TableNames& names, const EventsPolicy& policy,
                           Deadline deadline) {
  TRY(const bool has_ralphs, has_events(server, names, policy, deadline));
  if (!has_ralphs) RETURN_IF_ERROR(create_events(server, names, deadline));
  const std::array<std::pair<std::string_view, const Layout*>, 5> ours = {
      {{names.rows, &rows_layout},
       {names.ids, &ids_layout},
       {names.terms, &terms_layout},
       {names.marks, &marks_layout},
       {names.writers, &writers_layout}}};
  std::optional<std::string> settings;
  for (const auto& [name, layout] : ours) {
    const std::string table(name);
    TRY(const bool there, is_there(server, table, deadline));
    if (there) continue;
    if (!settings) settings = known_part_settings(server, deadline);
    if (const auto created = create(server, table, *layout, *settings, deadline); !created)
      return cannot_create(table, names, created.error());
  }
  return {};
}

}  // namespace lectern::store::clickhouse
