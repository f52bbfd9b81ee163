#include "store/clickhouse/schema/feed.h"

#include <string>

#include "base/log.h"
#include "store/clickhouse/client/row_binary.h"

namespace lectern::store::clickhouse {
namespace {

constexpr std::string_view feed_layout =
    " (event_id UUID, emission_time DateTime64(6), event String, id FixedString(16), stored Int64,"
    " hash FixedString(16), timestamp Int64, owner Int64, verb Int64,"
    " terms Array(FixedString(16))) ENGINE = Null";

constexpr std::string_view to_ids = "_ids", to_terms = "_terms", to_events = "_events";

/// `name` is quoted.
std::string with_suffix(const std::string& name, std::string_view suffix) {
  return name.substr(0, name.size() - 1) + std::string(suffix) + "`";
}

tl::unexpected<Error> unusable(std::string why) {
  return fail(Code::unavailable, "The feed cannot be used", std::move(why));
}

struct FeedState {
  bool errors_are_passed_over = false;
  std::int64_t views = 0;  ///< that hang on it; 0 where there is no feed
};

/// Of system.tables. Both names are quoted: `database` and `database`.`table`.
std::string where_it_is(const std::string& quoted_database, const std::string& quoted_table) {
  const auto database = quoted_database.substr(1, quoted_database.size() - 2);
  const auto table = quoted_table.substr(database.size() + 4);
  return " WHERE database = '" + database + "' AND name = '" + table.substr(0, table.size() - 1) +
         "'";
}

Result<FeedState> state_of(Server& server, const TableNames& names, Deadline deadline) {
  TRY(const auto answer,
      server.select("SELECT toUInt8(getSetting('materialized_views_ignore_errors')),"
                    " toInt64(sum(length(dependencies_table))) FROM system.tables" +
                        where_it_is(names.database, names.feed),
                    deadline));
  RowReader reader(answer);
  FeedState state;
  state.errors_are_passed_over = reader.u8() != 0;
  state.views = reader.i64();
  if (!reader.ok()) return unusable("what hangs on it cannot be read");
  return state;
}

Result<void> make_feed(Server& server, const TableNames& names, Deadline deadline) {
  RETURN_IF_ERROR(server.command(
      "CREATE TABLE IF NOT EXISTS " + names.feed + std::string(feed_layout), deadline));
  const auto make_view = [&](std::string_view suffix, const std::string& into,
                             std::string_view select, std::string_view where = "") {
    auto sql = "CREATE MATERIALIZED VIEW IF NOT EXISTS " + with_suffix(names.feed, suffix) +
               " TO " + into + " AS SELECT ";
    ((sql += select) += " FROM " + names.feed) += where;
    return server.command(sql, deadline);
  };
  RETURN_IF_ERROR(make_view(to_ids, names.ids, "id, stored, hash, timestamp, owner"));
  RETURN_IF_ERROR(make_view(to_terms, names.terms, "arrayJoin(terms) AS term, stored, id, verb"));
  return make_view(to_events, names.events, "event_id, emission_time, event", " WHERE event != ''");
}

/// Views write with the rights of the user who made them.
Result<void> stand_for_views(Server& server, const TableNames& names, Deadline deadline) {
  for (const auto suffix : {to_ids, to_terms, to_events})
    RETURN_IF_ERROR(server.command(
        "ALTER TABLE " + with_suffix(names.feed, suffix) + " MODIFY DEFINER = CURRENT_USER",
        deadline));
  log::info("clickhouse: the user who made the views of {} is gone; this one stands for them now",
            names.feed);
  return {};
}

}  // namespace

Result<void> prepare_feed(Server& server, const TableNames& names, Deadline deadline) {
  constexpr std::int64_t views_count = 3;
  TRY(auto state, state_of(server, names, deadline));
  // What our own views could not hand on would be lost without a word.
  if (state.errors_are_passed_over) return unusable("materialized_views_ignore_errors is set");
  if (state.views < views_count) {
    RETURN_IF_ERROR(make_feed(server, names, deadline));
    TRY(state, state_of(server, names, deadline));
  }
  // A database that was renamed keeps its views on the tables of its old name, and where one is
  // made there again they write everything once more (ClickHouse issue 94629).
  if (state.views != views_count)
    return unusable(std::to_string(state.views) + " views hang on it, and not just its three");
  const auto taken = try_insert(server, names.feed, deadline);
  if (taken || taken.error().detail.find("UNKNOWN_USER") == std::string::npos) return taken;
  RETURN_IF_ERROR(stand_for_views(server, names, deadline));
  return try_insert(server, names.feed, deadline);
}

Result<bool> has_views_of_others(Server& server, const TableNames& names, Deadline deadline) {
  TRY(const auto answer,
      server.select("SELECT toUInt8(sum(length(dependencies_table)) > 0) FROM system.tables" +
                        where_it_is(names.database, names.events),
                    deadline));
  return std::string_view(answer) == "\x01";
}

Result<void> try_insert(Server& server, const std::string& table, Deadline deadline) {
  return server.insert({.table = table, .columns = "event_id UUID", .rows = 0, .body = {}},
                       deadline);
}

}  // namespace lectern::store::clickhouse
