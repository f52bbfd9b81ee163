#include "store/clickhouse/verify.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include "base/json/json.h"
#include "store/clickhouse/client/key_list.h"
#include "store/clickhouse/migration/conflicting_ids.h"
#include "store/clickhouse/migration/unmigrated_rows.h"
#include "store/clickhouse/read/lookup.h"
#include "store/clickhouse/settings.h"
#include "store/clickhouse/write/references.h"
#include "store/common/row_check.h"

namespace lectern::store::clickhouse {
namespace {

using xapi::Position;

/// Rows whose terms are added up by the server at a time, each time with a walk over all terms.
constexpr std::size_t rows_of_window = 100'000;
constexpr std::size_t rows_at_once = 1'000;
constexpr std::uint64_t bytes_at_once = 16 * 1024 * 1024;
constexpr std::chrono::seconds question_max{300};

/// The terms of one place, added up: how many, the sums of their hashes' beginnings, and between
/// what their verbs' marks are.
struct TermSum {
  std::uint64_t count = 0;
  std::uint64_t hashes = 0;
  std::int64_t verb_min = 0, verb_max = 0;

  bool has_terms_of(const TermSum& other) const {
    return count == other.count && hashes == other.hashes;
  }
  void add(const TermHash& hash) {
    std::uint64_t begin = 0;
    std::memcpy(&begin, hash.data(), sizeof begin);  // as reinterpretAsUInt64 has it
    hashes += begin;
    ++count;
  }
};

/// A row of ours without its text.
struct EventCursor {
  Position position;
  std::uint64_t bytes = 0;
  std::uint64_t check = 0;  ///< cityHash64 of the text
};

/// What the marks say of some statements.
struct Marks {
  std::unordered_map<Uuid, xapi::Terms> inherited;
  std::unordered_set<Uuid> voided;
};

class Verification {
 public:
  Verification(Server& server, const TableNames& names, const MissingContents& missing,
               const OnProgress& on_progress)
      : server_(server),
        names_(names),
        missing_(missing),
        on_progress_(on_progress),
        rows_(report_, [this](std::span<const Uuid> ids) {
          return ClickHouseReferences(server_, names_, Deadline::max()).targets(ids);
        }) {}

  Result<VerifyReport> run() {
    TRY(total_, number("SELECT count() FROM " + names_.rows));
    while (true) {
      const auto before = last_;
      TRY(const auto places, next_events());
      TRY(sums_, sums_between(before, places.empty() ? std::nullopt : last_));
      RETURN_IF_ERROR(check_without_row(places));
      if (places.empty()) break;
      for (std::span<const EventCursor> rest(places); !rest.empty();) {
        const auto some = first_of(rest);
        RETURN_IF_ERROR(check(some));
        rest = rest.subspan(some.size());
        if (!on_progress_({report_.statements, total_}))
          return fail(Code::unavailable, "the verification was stopped");
      }
    }
    RETURN_IF_ERROR(check_marks());
    RETURN_IF_ERROR(rows_.check_references());
    RETURN_IF_ERROR(rows_.check_attachments(missing_));
    RETURN_IF_ERROR(check_events());
    return std::move(report_);
  }

 private:
  Result<AnswerRows> ask(const std::string& sql) {
    return server_.select(sql, Deadline::max(), question_max);
  }

  Result<std::uint64_t> number(const std::string& sql) {
    TRY(const auto answer, ask(sql));
    RowReader reader(answer);
    return static_cast<std::uint64_t>(reader.i64());
  }

  Result<std::vector<EventCursor>> next_events() {
    std::string sql =
        "SELECT stored, id, toInt64(length(event)), cityHash64(event) FROM " + names_.rows;
    if (last_) {
      const auto stored = std::to_string(micros_of(last_->stored));
      sql += " WHERE stored >= " + stored + " AND (stored > " + stored + " OR id > " +
             literal(last_->id) + ")";
    }
    sql += fmt::format(" ORDER BY stored, id LIMIT {}", rows_of_window);
    TRY(const auto answer, ask(sql));
    std::vector<EventCursor> places;
    RowReader reader(answer);
    while (reader.more()) {
      EventCursor place;
      place.position.stored = time_of(reader.i64());
      place.position.id = reader.id();
      place.bytes = static_cast<std::uint64_t>(reader.i64());
      place.check = static_cast<std::uint64_t>(reader.i64());
      places.push_back(place);
    }
    if (!reader.ok()) return unreadable(names_.rows);
    if (!places.empty()) last_ = places.back().position;
    return places;
  }

  static std::span<const EventCursor> first_of(std::span<const EventCursor> places) {
    std::uint64_t bytes = 0;
    std::size_t count = 0;
    while (count < std::min(places.size(), rows_at_once) && (count == 0 || bytes < bytes_at_once))
      bytes += places[count++].bytes;
    return places.first(count);
  }

  /// Of the places behind `after` up to `last`; nothing: from the first one, or to the last one.
  Result<std::map<Position, TermSum>> sums_between(const std::optional<Position>& after,
                                                   const std::optional<Position>& last) {
    TRY(const auto answer,
        ask(fmt::format("SELECT stored, id, toInt64(count()),"
                        " sum(reinterpretAsUInt64(substring(term, 1, 8))), min(low), max(high) FROM"
                        " (SELECT term, stored, id, min(verb) AS low, max(verb) AS high FROM {}"
                        " WHERE stored BETWEEN {} AND {} GROUP BY term, stored, id)"
                        " GROUP BY stored, id",
                        names_.terms, after ? micros_of(after->stored) : INT64_MIN,
                        last ? micros_of(last->stored) : INT64_MAX)));
    std::map<Position, TermSum> sums;
    RowReader reader(answer);
    while (reader.more()) {
      Position place;
      place.stored = time_of(reader.i64());
      place.id = reader.id();
      TermSum sum;
      sum.count = static_cast<std::uint64_t>(reader.i64());
      sum.hashes = static_cast<std::uint64_t>(reader.i64());
      sum.verb_min = reader.i64();
      sum.verb_max = reader.i64();
      if ((!after || *after < place) && (!last || !(*last < place))) sums[place] = sum;
    }
    if (!reader.ok()) return unreadable(names_.terms);
    return sums;
  }

  /// Terms where no statement is. Under a reservation they may lie, of a write that came to
  /// nothing.
  Result<void> check_without_row(std::span<const EventCursor> places) {
    std::vector<Position> without;
    auto place = places.begin();
    for (const auto& [position, sum] : sums_) {
      while (place != places.end() && place->position < position) ++place;
      if (place == places.end() || place->position != position) without.push_back(position);
    }
    for (std::span<const Position> rest(without); !rest.empty();) {
      const auto some = rest.first(std::min(rest.size(), rows_at_once));
      rest = rest.subspan(some.size());
      TRY(const auto lost, without_reservation(some));
      for (const Position& position : lost)
        add_fault(report_,
                  fault_of(position.id, fmt::format("{} terms are in {}, and no statement",
                                                    sums_.at(position).count, names_.terms)));
    }
    return {};
  }

  Result<std::vector<Position>> without_reservation(std::span<const Position> positions) {
    std::vector<Uuid> ids;
    for (const Position& position : positions) ids.push_back(position.id);
    TRY(const auto reservations, reservations_of(server_, names_, ids, Deadline::max()));
    std::set<Position> reserved;
    for (const auto& reservation : reservations) reserved.insert(reservation.position);
    std::vector<Position> without;
    for (const Position& position : positions)
      if (!reserved.contains(position)) without.push_back(position);
    return without;
  }

  /// Marks of statements that are not there: who would have taken over terms, and who would refer.
  Result<void> check_marks() {
    TRY(const auto answer,
        ask(fmt::format(
            "SELECT DISTINCT id FROM {} WHERE kind = 3 AND id NOT IN (SELECT id FROM {})"
            " AND id NOT IN (SELECT id FROM {}) LIMIT {}",
            names_.marks, names_.rows, names_.ids, verify_lines_max)));
    RowReader reader(answer);
    while (reader.more())
      add_fault(report_, fault_of(reader.id(), "terms that it takes over are in " + names_.marks +
                                                   ", and no statement"));
    if (!reader.ok()) return unreadable(names_.marks);
    TRY(const auto referring,
        ask(fmt::format("SELECT DISTINCT value FROM {} WHERE kind = 2 AND"
                        " toFixedString(substring(value, 9, 16), 16) NOT IN (SELECT id FROM {}) AND"
                        " toFixedString(substring(value, 9, 16), 16) NOT IN (SELECT id FROM {})"
                        " LIMIT {}",
                        names_.marks, names_.rows, names_.ids, verify_lines_max)));
    RowReader values(referring);
    while (values.more()) {
      const auto mark = ReferredMark::parse(values.string());
      if (mark)
        add_fault(report_,
                  fault_of(mark->id, "its reference is in " + names_.marks + ", and no statement"));
    }
    if (!values.ok()) return unreadable(names_.marks);
    return {};
  }

  Result<void> check(std::span<const EventCursor> places) {
    std::vector<Position> positions;
    std::vector<Uuid> ids;
    for (const auto& place : places) {
      positions.push_back(place.position);
      ids.push_back(place.position.id);
    }
    TRY(const auto kept, rows_at(server_, names_, positions, SIZE_MAX, Deadline::max()));
    TRY(const auto reservations, reservations_of(server_, names_, ids, Deadline::max()));
    TRY(const auto marks, marks_of(ids));
    std::unordered_map<Uuid, const Reservation*> by_id;
    for (const Reservation& reservation : reservations)
      if (std::binary_search(positions.begin(), positions.end(), reservation.position))
        by_id[reservation.position.id] = &reservation;
    for (const StatementRow& row : kept) {
      const auto reservation = by_id.find(row.position.id);
      RETURN_IF_ERROR(
          check(row, reservation == by_id.end() ? nullptr : reservation->second, marks));
    }
    return check_texts(places, ids);
  }

  Result<void> check(const StatementRow& row, const Reservation* reservation, const Marks& marks) {
    const Uuid& id = row.position.id;
    DatabaseRow out{id, row.position.stored, row.json, {}, {}, {}};
    out.voids = (row.flags & flag::voids) != 0;
    out.voided = marks.voided.contains(id);
    const auto document = json::parse_view(row.json);
    const bool readable = document && (*document)->root().is(json::Type::object);
    if (reservation == nullptr)
      add_fault(report_, fault_of(id, "its id is missing in " + names_.ids));
    if (reservation != nullptr)
      out.fingerprint = reservation->fingerprint;
    else if (readable)
      out.fingerprint = xapi::fingerprint_of((*document)->root());
    if (readable) {
      const auto statement = (*document)->root();
      out.terms = xapi::terms_of(statement);
      if ((row.flags & flag::refers) != 0) out.refers_to = xapi::reference_of(statement);
      if (const auto more = marks.inherited.find(id); more != marks.inherited.end())
        out.terms.insert(out.terms.end(), more->second.begin(), more->second.end());
      std::sort(out.terms.begin(), out.terms.end());
      out.terms.erase(std::unique(out.terms.begin(), out.terms.end()), out.terms.end());
      check_terms(row, out);
      if (out.refers_to) RETURN_IF_ERROR(check_referred(row, *out.refers_to, out.voids));
    }
    return rows_.check(out);
  }

  /// A statement's terms in the table that lists are made of.
  void check_terms(const StatementRow& row, const DatabaseRow& wanted) {
    TermSum sum;
    for (const auto& term : wanted.terms) sum.add(hash_of(term));
    const auto there = sums_.find(row.position);
    const TermSum found = there == sums_.end() ? TermSum{} : there->second;
    Row as_stored;
    as_stored.terms = wanted.terms;
    as_stored.refers_to = wanted.refers_to;
    const auto verb = verb_mark_of(as_stored);
    if (found.count > 0 && (found.verb_min != verb || found.verb_max != verb))
      add_fault(report_, fault_of(row.position.id,
                                  "its terms in " + names_.terms + " bear another verb's mark"));
    if (found.has_terms_of(sum)) return;
    // What it inherited is written before the mark that tells of it.
    if (wanted.refers_to && found.count >= sum.count) return;
    add_fault(report_,
              fault_of(row.position.id, fmt::format("{} of its {} terms are in {}, or others",
                                                    found.count, sum.count, names_.terms)));
  }

  Result<Marks> marks_of(std::span<const Uuid> ids) {
    const KeyList keys(ids);
    TRY(const auto answer, keys.select(server_,
                                       "SELECT kind, id, value FROM " + names_.marks +
                                           " WHERE kind IN (1, 3) AND id IN " + keys.ids(),
                                       Deadline::max()));
    Marks marks;
    RowReader reader(answer);
    while (reader.more()) {
      const auto kind = reader.u8();
      const Uuid id = reader.id();
      const auto value = reader.string();
      if (kind == static_cast<std::uint8_t>(Mark::voided))
        marks.voided.insert(id);
      else if (auto term = xapi::Term::parse(value))
        marks.inherited[id].push_back(std::move(*term));
    }
    if (!reader.ok()) return unreadable(names_.marks);
    return marks;
  }

  Result<void> check_referred(const StatementRow& row, const Uuid& target, bool voids) {
    const ReferredMark wanted{micros_of(row.position.stored), row.position.id, voids};
    const KeyList keys(std::span(&target, 1));
    TRY(const auto answer,
        keys.select(server_,
                    "SELECT value FROM " + names_.marks + " WHERE kind = 2 AND id IN " + keys.ids(),
                    Deadline::max()));
    RowReader reader(answer);
    while (reader.more())
      if (reader.string() == wanted.text()) return {};
    if (!reader.ok()) return unreadable(names_.marks);
    add_fault(report_, fault_of(row.position.id, "its reference is missing in " + names_.marks));
    return {};
  }

  /// Ralph's rows against ours.
  Result<void> check_texts(std::span<const EventCursor> places, std::span<const Uuid> ids) {
    std::string wanted;
    for (const Uuid& id : ids) (wanted += wanted.empty() ? "'" : ",'") += id.text() + "'";
    TRY(const auto answer, ask("SELECT event_id, cityHash64(event) FROM " + names_.events +
                               " WHERE event_id IN (" + wanted + ")"));
    std::unordered_map<Uuid, std::vector<std::uint64_t>> there;
    RowReader reader(answer);
    while (reader.more()) {
      const Uuid id = reader.uuid();
      there[id].push_back(static_cast<std::uint64_t>(reader.i64()));
    }
    if (!reader.ok()) return unreadable(names_.events);
    for (const auto& place : places) {
      const auto events = there.find(place.position.id);
      if (events == there.end())
        add_fault(report_,
                  fault_of(place.position.id, "Ralph's row is missing in " + names_.events));
      else if (std::find(events->second.begin(), events->second.end(), place.check) ==
               events->second.end())
        add_fault(report_, fault_of(place.position.id, "Ralph's row in " + names_.events +
                                                           " has another text than ours"));
    }
    return {};
  }

  /// Rows of Ralph's table that lack our part, and those that are two statements under one id.
  Result<void> check_events() {
    TRY(const auto missing, count_missing(server_, names_, names_.rows, Deadline::max()));
    if (missing > 0) {
      TRY(const auto answer,
          ask(fmt::format(
              "SELECT DISTINCT event_id FROM {} WHERE"
              " UUIDStringToNum(toString(event_id)) NOT IN (SELECT id FROM {}) LIMIT {}",
              names_.events, names_.rows, verify_lines_max)));
      const auto before = report_.wrong;
      RowReader reader(answer);
      while (reader.more()) add_fault(report_, fault_of(reader.uuid(), "it lacks Lectern's part"));
      report_.wrong = std::max(report_.wrong, before + missing);
      report_.statements += missing;
    }
    TRY(const auto conflicting, conflicting_ids(server_, names_, Deadline::max()));
    for (const Uuid& id : conflicting)
      add_fault(report_, fault_of(id, names_.events + " holds different statements under this id"));
    return {};
  }

  Server& server_;
  const TableNames& names_;
  const MissingContents& missing_;
  const OnProgress& on_progress_;
  VerifyReport report_;
  RowCheck rows_;
  std::optional<Position> last_;
  std::map<Position, TermSum> sums_;  // of the window
  std::uint64_t total_ = 0;
};

}  // namespace

Result<VerifyReport> verify(const StoreSettings& settings, const std::string& target,
                            const MissingContents& missing, const OnProgress& on_progress) {
  TRY(const auto options, read_settings(settings));
  TRY(const auto names, table_names_of(options.database, target.empty() ? options.table : target));
  Server server(options.server);
  return Verification(server, names, missing, on_progress).run();
}

}  // namespace lectern::store::clickhouse
