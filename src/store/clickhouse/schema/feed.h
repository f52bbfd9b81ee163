#pragma once

#include "store/clickhouse/client/server.h"
#include "store/clickhouse/schema/table_names.h"

/// The table by which one insert reaches several: it keeps nothing (engine Null), and views of ours
/// hand what comes on to ids, terms and, where a row has a text, Ralph's table. It takes the server
/// a third more of a core than an insert each, so it is for what comes alone.
namespace lectern::store::clickhouse {

/// Makes what is missing of the feed and its views, and has the present user stand for views whose
/// user is gone, where it may (ALTER VIEW). Errors: why the feed cannot be used, in `detail`: its
/// parts cannot be had, the server is told to pass over errors of views, other views hang on it, or
/// it takes no insert. Everything works without it, by more inserts.
Result<void> prepare_feed(Server& server, const TableNames& names, Deadline deadline);

/// Whether a view hangs on Ralph's table.
Result<bool> has_views_of_others(Server& server, const TableNames& names, Deadline deadline);

/// Whether a table takes inserts: one of no rows is begun, for which the server gets all ready that
/// hangs on it. Errors: unavailable, with the server's reason.
Result<void> try_insert(Server& server, const std::string& table, Deadline deadline);

/// The name, without quotes, of the view that hands texts on to Ralph's table ends so.
inline constexpr std::string_view feed_events_in_names = "_lectern_feed_events";

}  // namespace lectern::store::clickhouse
