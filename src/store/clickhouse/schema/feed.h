#pragma once

#include "store/clickhouse/client/server.h"
#include "store/clickhouse/schema/table_names.h"

/// The table by which one insert reaches several: it keeps nothing (engine Null), and views of ours
/// hand what comes on to ids, terms and, where a row has a text, Ralph's table. It takes the server
/// a third more of a core than an insert each, so it is for what comes alone.
namespace lectern::store::clickhouse {

/// Makes what is missing of the feed and its views. Whether all of it is there and does what it
/// should: not without the right to make it (CREATE TABLE, CREATE VIEW), and not where the server
/// is told to pass over errors of views, or other views hang on it. Everything works without it, by
/// more inserts.
bool prepare_feed(Server& server, const TableNames& names, Deadline deadline);

/// The name of one of its views without quotes, as the server names it in an error, has this in it.
inline constexpr std::string_view feed_in_names = "_lectern_feed";

}  // namespace lectern::store::clickhouse
