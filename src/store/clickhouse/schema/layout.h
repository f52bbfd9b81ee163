#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time/time.h"
#include "base/uuid.h"
#include "store/clickhouse/client/server.h"
#include "store/clickhouse/schema/table_names.h"
#include "store/statement_store.h"

/// What lies in the database for one target: Ralph's table, and five of ours beside it; and, where
/// they may be made, a table that keeps nothing, with three views.
///
///   <events>                   event_id UUID, emission_time DateTime64(6), event String
///                              Ralph's: the statement's text and its `timestamp`
///   <events>_lectern_rows      stored, id, flags, event            ordered by (stored, id)
///                              the text once more, in granules of 32 rows; a statement is there
///                              when its row is here
///   <events>_lectern_ids       id, stored, hash, timestamp, owner, at, state
///                              ordered by (id, stored)
///                              a process reserves a place (stored) for an id before it writes
///                              anything else: ids are unique because one reservation at most gets
///                              a row
///   <events>_lectern_terms     term, stored, id, verb              ordered so
///                              what filters ask for, own and inherited; verb = the statement's
///                              verb mark, so that a verb beside other terms need not be joined
///   <events>_lectern_marks     kind, id, value                     ordered by (kind, id, value)
///                              kind 1: id is voided
///                              kind 2: id is referred to by value = stored id voids
///                              kind 3: id has inherited the term in value
///   <events>_lectern_writers   process, at, low, active            ordered by at; kept for an hour
///                              up to where each process has made its writing visible;
///                              active: 0 idle, 1 active, 2 active and alone
///   <events>_lectern_feed      all that a statement has in ids, terms and Ralph's table; of engine
///                              Null: the views <events>_lectern_feed_ids, _terms and _events hand
///                              on what is inserted (schema/feed.h)
///
///   stored = microseconds since 1970 as Int64, in `value` 8 bytes big-endian
///   id, hash = 16 bytes as FixedString(16), which sorts as the bytes do (a UUID column does not)
///   term = the first 16 bytes of the term's SHA-256
///   timestamp = that of the fingerprint, or no_timestamp
///   at = the server's clock
namespace lectern::store::clickhouse {

using TermHash = std::array<std::uint8_t, 16>;
/// What stands for a term in the tables: the first 16 bytes of its text's SHA-256.
TermHash hash_of(const xapi::Term& term);

/// What tells a statement's verb from others: the first 8 bytes of its term's hash.
std::int64_t verb_mark_of(const TermHash& verb);
/// The mark of a statement that may inherit other verbs, since it refers to one: its terms must be
/// looked up.
inline constexpr std::int64_t no_verb_mark = 0;
/// The mark that a statement's terms bear.
std::int64_t verb_mark_of(const Row& row);

/// What stands in the place of a timestamp that a statement has not.
inline constexpr std::int64_t no_timestamp = INT64_MIN;

namespace flag {
inline constexpr std::uint8_t refers = 1;  ///< its object is a StatementRef
inline constexpr std::uint8_t voids = 2;   ///< it is a voiding statement
}  // namespace flag

/// What a row of the table of marks says of a statement, as its column `kind`.
enum class Mark : std::uint8_t { voided = 1, referred = 2, inherited = 3 };

/// The state of a reservation; of several rows for one (id, stored, owner) the greatest counts.
enum class ReservationState : std::uint8_t {
  reserved = 0,
  withdrawn = 1,  ///< nothing was written under it but terms, which show nowhere
  abandoned = 2,  ///< given up behind the write to Ralph's table: the text may be there
  /// The server refused the write to Ralph's table, a view on it perhaps: the text may be there,
  /// but not in all views, so that it must be written again.
  refused = 3,
};

/// The value of a `referred` mark.
struct ReferredMark {
  std::int64_t stored = 0;
  Uuid id;  ///< the statement that refers
  bool voids = false;

  std::string text() const;
  static std::optional<ReferredMark> parse(std::string_view text);
};

/// The instant as Ralph's DateTime64(6) column can hold it: between 1900 and 2299.
Time emission_time(Time timestamp);

/// How Ralph's table is dealt with.
struct EventsPolicy {
  /// Make it and its database where they are missing, as Ralph's documentation does. Else they are
  /// others': migrations that make or rename them are not disturbed.
  bool create = true;
  /// It may be replicated: all processes speak to one node of the cluster.
  bool one_node = false;
};

/// An error where Ralph's table is replicated and the policy does not allow that: our tables would
/// differ from node to node. No error where the server does not answer.
Result<void> refuse_replicated(Server& server, const TableNames& names, const EventsPolicy& policy,
                               Deadline deadline);

/// Whether Ralph's table is there. Errors: unavailable, also where it is missing and not to be
/// made, or replicated against the policy.
Result<bool> has_events(Server& server, const TableNames& names, const EventsPolicy& policy,
                        Deadline deadline);

/// Creates what is missing of the database and the tables. Idempotent, and safe when several
/// processes do it at once. Errors: unavailable, saying what is missing.
Result<void> create_tables(Server& server, const TableNames& names, const EventsPolicy& policy,
                           Deadline deadline);

}  // namespace lectern::store::clickhouse
