#include "store/clickhouse/schema/feed.h"

#include <array>
#include <string>

#include "base/log.h"

namespace lectern::store::clickhouse {
namespace {

constexpr std::string_view feed_layout =
    " (event_id UUID, emission_time DateTime64(6), event String, id FixedString(16), stored Int64,"
    " hash FixedString(16), timestamp Int64, owner Int64, verb Int64,"
    " terms Array(FixedString(16))) ENGINE = Null";

struct View {
  std::string_view suffix;
  const std::string& into;
  std::string_view select;
};

/// `name` is quoted.
std::string with_suffix(const std::string& name, std::string_view suffix) {
  return name.substr(0, name.size() - 1) + std::string(suffix) + "`";
}

Result<bool> is_true(Server& server, const std::string& sql, Deadline deadline) {
  TRY(const auto answer, server.select(sql, deadline));
  return std::string_view(answer) == "\x01";
}

Result<void> make_where_missing(Server& server, const std::string& name, const std::string& sql,
                                Deadline deadline) {
  TRY(const bool there, is_true(server, "EXISTS TABLE " + name, deadline));
  return there ? Result<void>{} : server.command(sql, deadline);
}

Result<void> make_feed(Server& server, const TableNames& names, Deadline deadline) {
  const std::array<View, 3> views = {
      {{"_ids", names.ids, "id, stored, hash, timestamp, owner"},
       {"_terms", names.terms, "arrayJoin(terms) AS term, stored, id, verb"},
       {"_events", names.events, "event_id, emission_time, event"}}};
  RETURN_IF_ERROR(make_where_missing(
      server, names.feed, "CREATE TABLE IF NOT EXISTS " + names.feed + std::string(feed_layout),
      deadline));
  for (const View& view : views) {
    const auto name = with_suffix(names.feed, view.suffix);
    auto sql =
        "CREATE MATERIALIZED VIEW IF NOT EXISTS " + name + " TO " + view.into + " AS SELECT ";
    (sql += view.select) += " FROM " + names.feed;
    if (&view.into == &names.events) sql += " WHERE event != ''";
    RETURN_IF_ERROR(make_where_missing(server, name, sql, deadline));
  }
  return {};
}

/// Whether nothing but our views hangs on it. A database that was renamed keeps its views on the
/// tables of its old name, and where one is made there again they write everything once more
/// (ClickHouse issue 94629).
Result<bool> has_no_other_views(Server& server, const TableNames& names, Deadline deadline) {
  // Quoted names: `database` and `database`.`table`.
  const auto database = names.database.substr(1, names.database.size() - 2);
  const auto table =
      names.feed.substr(database.size() + 4, names.feed.size() - database.size() - 5);
  return is_true(server,
                 "SELECT toUInt8(length(dependencies_table) = 3) FROM system.tables WHERE "
                 "database = '" +
                     database + "' AND name = '" + table + "'",
                 deadline);
}

}  // namespace

bool prepare_feed(Server& server, const TableNames& names, Deadline deadline) {
  const auto passes_over =
      is_true(server, "SELECT toUInt8(getSetting('materialized_views_ignore_errors'))", deadline);
  // What our own views could not hand on would be lost without a word.
  if (!passes_over || *passes_over) return false;
  if (const auto made = make_feed(server, names, deadline); !made) {
    log::debug("clickhouse: {} cannot be had, so a lone statement takes more inserts: {}",
               names.feed, made.error().detail);
    return false;
  }
  const auto only_ours = has_no_other_views(server, names, deadline);
  if (only_ours && !*only_ours)
    log::warning("clickhouse: {} is not used, since not just its three views hang on it",
                 names.feed);
  return only_ours && *only_ours;
}

}  // namespace lectern::store::clickhouse
