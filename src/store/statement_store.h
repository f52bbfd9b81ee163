#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time/time.h"
#include "base/uuid.h"
#include "xapi/equality/fingerprint.h"
#include "xapi/position.h"
#include "xapi/terms.h"

namespace lectern::store {

/// Whose data a call is about, and until when it may take. Two targets share nothing: neither
/// statements nor documents, ids nor cursors.
struct Context {
  std::string
      target;  ///< "" is the default place; else a user's own (index, collection, table ...)
  Deadline deadline = Deadline::max();
};

/// A statement on its way in. append() sets `stored` and writes it into `json`.
struct Row {
  Uuid id;
  std::string json;  ///< the text to give back, with room for `stored` (xapi/stamp.h)
  std::vector<std::size_t> stored_at;  ///< where in json `stored` goes
  xapi::Terms terms;                   ///< its own, sorted
  xapi::Fingerprint fingerprint;
  std::optional<Uuid> refers_to;  ///< the target of its StatementRef
  bool voids = false;             ///< it is a voiding statement
  std::optional<Time> timestamp;  ///< the instant of `timestamp`; nothing: `stored`
  Time stored;                    ///< set by append()
};

/// What became of one row.
enum class AppendOutcome {
  stored,    ///< new: it is kept
  known,     ///< an equivalent statement is kept under this id: nothing changed
  conflict,  ///< another statement is kept under this id: nothing changed
  refused,   ///< not stored, since another row of its batch was in conflict
};

enum class OnConflict {
  refuse_batch,  ///< one conflict: nothing of the batch is stored
  skip,          ///< the rows without conflict are stored
};

/// A statement as it is kept.
struct StoredStatement {
  xapi::Position position;
  std::string json{};
  /// It refers to another one, and may be on a page for inherited terms alone: the union of both
  /// matches too much, so the caller checks it again along the chain (lrs/list.cc). Of query().
  bool refers = false;
  bool voided = false;              ///< of find()
  xapi::Fingerprint fingerprint{};  ///< of find()
};

/// What a page may hold: rows that are not voided, carry every term of `all_of` (own or inherited
/// through a StatementRef), with since < stored <= until.
struct Filter {
  xapi::Terms all_of;
  std::optional<Time> since;
  std::optional<Time> until;
  /// List voided rows too: how everything that was ever stored is read, to forward or copy it.
  /// Only with an empty `all_of`.
  bool voided_too = false;
};

/// Which rows of those that a filter lets in.
struct PageRequest {
  std::optional<xapi::Position> after;  ///< exclusive, in the direction of the walk
  std::size_t rows_max = 100;
  bool ascending = false;  ///< false: newest first
};

/// Rows in the order of the walk, and whether that is all.
struct Page {
  std::vector<StoredStatement> rows;
  bool more = false;  ///< at least one more row matches
};

/// What the heartbeat tells: it works; it cannot be reached; it answers, and does not work.
enum class Health { ok, away, error };

/// Statements of every target. Thread-safe; each call blocks until it is done, failed or past its
/// deadline. Every implementation passes store/testing/contract/contract.h. Common errors:
/// unavailable (away, busy, too slow; nothing is known to be stored), internal.
class StatementStore {
 public:
  virtual ~StatementStore() = default;

  /// Stores rows under their ids, which differ from each other. Outcomes come in the order of the
  /// rows, which get their `stored`: rising within the batch and strictly above everything this
  /// process stored before. When it returns, what is stored is durable, find() sees it, and
  /// query() will once consistent_through() has reached it. A voiding row marks its target, also
  /// one that comes later, unless that is a voiding statement itself; a referring row takes over
  /// what xapi::inheritable() leaves of its target's terms, along chains, in either order of
  /// arrival. If two clients race for one id, one of them gets `known` or `conflict`.
  virtual Result<std::vector<AppendOutcome>> append(const Context& context, std::span<Row> rows,
                                                    OnConflict on_conflict) = 0;

  /// The statements with these ids, of all that was appended before, voided too; in no order. Left
  /// out are unknown ids, and may be others once texts have page_bytes_max() bytes (find_each.h).
  /// Leaves `refers` false.
  virtual Result<std::vector<StoredStatement>> find(const Context& context,
                                                    std::span<const Uuid> ids) = 0;

  /// One page of what matches, in the order of Position; without `voided` and `fingerprint`.
  virtual Result<Page> query(const Context& context, const Filter& filter,
                             const PageRequest& page) = 0;

  /// The instant up to which (inclusive) everything stored is visible to query(), now and for
  /// ever: nothing will appear at or before it later. Moves on also when nothing is stored.
  virtual Result<Time> consistent_through(const Context& context) = 0;

  /// Whether the store answers and can be written to, for the heartbeat: a few round trips, each of
  /// which takes StoreSettings::timeout_ms at most.
  virtual Health health() = 0;
};

}  // namespace lectern::store
