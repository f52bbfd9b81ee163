#include "store/elasticsearch/append.h"

#include <algorithm>
#include <thread>
#include <unordered_map>

#include "base/log.h"
#include "store/elasticsearch/layout.h"
#include "store/elasticsearch/references.h"
#include "store/verdicts.h"

namespace lectern::store::elasticsearch {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t part_bytes_max = 8UL * 1024 * 1024;
constexpr int attempts_max = 6;
constexpr std::chrono::milliseconds first_pause_ms{25};

bool busy(const BulkItem& item) { return item.status == 429 || item.status >= 500; }
bool refused(const BulkItem& item) { return !item.ok() && item.status != 409 && !busy(item); }

/// The rows of one append() on their way into the index.
class Append {
 public:
  Append(const Writing& writing, std::span<Row> rows, OnConflict on_conflict)
      : cluster_(writing.cluster),
        settings_(writing.settings),
        presence_(writing.presence),
        place_(writing.place),
        rows_(rows),
        on_conflict_(on_conflict),
        deadline_(writing.deadline),
        verdicts_(rows.size(), Verdict::stored) {}

  Result<std::vector<Verdict>> run() {
    if (rows_.size() > 1 && on_conflict_ == OnConflict::refuse_batch) RETURN_IF_ERROR(judge_all());
    for (std::size_t i = 0; i < rows_.size(); ++i)
      if (verdicts_[i] == Verdict::stored) fresh_.push_back(i);
    const auto fresh = fresh_rows();
    RETURN_IF_ERROR(announce(fresh));
    TRY(auto underway, presence_.stamp(fresh, deadline_));
    if (!fresh.empty())  // a hint: another thread may set it lower
      place_.newest = std::max(place_.newest.load(), microseconds(fresh.back()->stored));
    auto done = store_fresh();
    if (done) done = resolve();
    if (!done) {
      if (done.error().code == Code::unavailable)
        underway.doubtful(std::chrono::milliseconds(settings_.timeout_ms));
      return fail(std::move(done).error());
    }
    keep_texts();
    return std::move(verdicts_);
  }

 private:
  void keep_texts() {
    std::vector<RecentTexts::Text> texts;
    for (const std::size_t i : fresh_)
      if (verdicts_[i] == Verdict::stored)
        texts.push_back(place_.texts.text({rows_[i].stored, rows_[i].id}, rows_[i].json,
                                          rows_[i].refers_to.has_value() ? 1 : 0));
    place_.texts.keep(std::move(texts));
  }

  std::vector<Row*> fresh_rows() {
    std::vector<Row*> fresh;
    for (const std::size_t i : fresh_) fresh.push_back(&rows_[i]);
    return fresh;
  }

  Result<std::unordered_map<Uuid, Kept>> kept(std::span<const Uuid> ids) {
    TRY(auto found, look_up(cluster_, place_.statements, ids, deadline_));
    std::unordered_map<Uuid, Kept> by_id;
    for (auto& one : found) by_id.emplace(one.id, std::move(one));
    return by_id;
  }

  Result<void> announce(std::span<Row* const> fresh) {
    const auto refers = [](const Row* row) { return row->refers_to.has_value(); };
    if (std::none_of(fresh.begin(), fresh.end(), refers)) return {};
    if (!place_.references_there) {
      RETURN_IF_ERROR(prepare_references(cluster_, place_.names.references, deadline_));
      place_.references_there = true;
    }
    return announce_references(cluster_, place_.names.references, fresh, deadline_);
  }

  /// Looks up in real time what this process brought lately or the last refresh shows. An id that
  /// another one wrote since then is met when it is to be created: settle_known().
  Result<void> judge_all() {
    std::vector<Uuid> all;
    std::vector<std::string> texts;
    for (const Row& row : rows_) {
      all.push_back(row.id);
      texts.push_back(row.id.text());
    }
    auto ids = place_.recent.among(all);
    TRY(const auto there, place_.look_at_refresh.among(std::move(texts), deadline_));
    for (const auto& text : there)
      if (const auto id = Uuid::parse(text)) ids.push_back(*id);
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    if (ids.empty()) return {};
    TRY(const auto by_id, kept(ids));
    verdicts_ = judge(rows_, on_conflict_, [&](const Uuid& id) {
      const auto one = by_id.find(id);
      return one == by_id.end() ? std::nullopt : std::optional(one->second.fingerprint);
    });
    return {};
  }

  Result<void> store_fresh() {
    if (fresh_.empty()) return {};
    outcomes_.assign(fresh_.size(), {});
    std::vector<Uuid> ids;
    for (const std::size_t i : fresh_) ids.push_back(rows_[i].id);
    place_.recent.add(ids);
    std::vector<std::size_t> all(fresh_.size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
    auto stored = create_patiently(std::move(all));
    if (stored) stored = settle_known();
    if (!stored) {
      roll_back();
      return stored;
    }
    const bool conflict =
        std::find(verdicts_.begin(), verdicts_.end(), Verdict::conflict) != verdicts_.end();
    if (conflict && on_conflict_ == OnConflict::refuse_batch) {
      roll_back();
      std::replace(verdicts_.begin(), verdicts_.end(), Verdict::stored, Verdict::refused);
    }
    return {};
  }

  /// Creates these (places in fresh_), again where the cluster was busy, and without the statement
  /// in view where the index refuses to take it as it is.
  Result<void> create_patiently(std::vector<std::size_t> places) {
    auto pause = first_pause_ms;
    for (int attempt = 0; attempt < attempts_max; ++attempt, pause *= 2) {
      RETURN_IF_ERROR(create(places, true));
      std::vector<std::size_t> odd, late;
      for (const std::size_t place : places) {
        if (refused(outcomes_[place])) odd.push_back(place);
        if (busy(outcomes_[place])) late.push_back(place);
      }
      if (!odd.empty()) RETURN_IF_ERROR(create_bare(odd));
      if (late.empty()) return {};
      if (Clock::now() + pause >= deadline_) break;
      std::this_thread::sleep_for(pause);
      places = std::move(late);
    }
    return fail(Code::unavailable, "The database is busy");
  }

  Result<void> create_bare(const std::vector<std::size_t>& places) {
    for (const std::size_t place : places)
      log::warning("the index {} cannot show statement {} to other programs: {}",
                   place_.names.statements, rows_[fresh_[place]].id.text(),
                   outcomes_[place].reason);
    RETURN_IF_ERROR(create(places, false));
    for (const std::size_t place : places) {
      const auto& outcome = outcomes_[place];
      if (refused(outcome) || busy(outcome))
        return fail(refused(outcome) ? Code::internal : Code::unavailable,
                    "The database refuses statement " + rows_[fresh_[place]].id.text(),
                    outcome.reason);
    }
    return {};
  }

  Result<void> create(const std::vector<std::size_t>& places, bool with_statement) {
    for (std::size_t begin = 0; begin < places.size();) {
      std::string lines;
      std::size_t end = begin;
      lines.reserve(std::min((places.size() - begin) * 4096, part_bytes_max));
      for (; end < places.size() && lines.size() < part_bytes_max; ++end) {
        const Row& row = rows_[fresh_[places[end]]];
        append_create(lines, row.id.text());
        append_document(lines, row, place_.statements.layout, with_statement);
      }
      TRY(auto items, place_.bulk.send(std::move(lines), end - begin, deadline_));
      for (std::size_t i = begin; i < end; ++i) outcomes_[places[i]] = std::move(items[i - begin]);
      begin = end;
    }
    return {};
  }

  /// Finds out what the rows are whose ids were there already.
  Result<void> settle_known() {
    std::vector<Uuid> ids;
    for (std::size_t i = 0; i < fresh_.size(); ++i)
      if (outcomes_[i].status == 409) ids.push_back(rows_[fresh_[i]].id);
    if (ids.empty()) return {};
    TRY(const auto by_id, kept(ids));
    for (std::size_t i = 0; i < fresh_.size(); ++i) {
      if (outcomes_[i].status != 409) continue;
      const Row& row = rows_[fresh_[i]];
      const auto there = by_id.find(row.id);
      if (there == by_id.end())  // deleted meanwhile, or not readable
        return fail(Code::unavailable, "Another client changes the same statement");
      // Our own, when a request was sent twice over a broken connection.
      const bool ours = there->second.stored == row.stored && there->second.text == row.json;
      if (ours)
        outcomes_[i] = {201, there->second.version.seq_no, there->second.version.primary_term, {}};
      else
        verdicts_[fresh_[i]] = xapi::equivalent(there->second.fingerprint, row.fingerprint)
                                   ? Verdict::known
                                   : Verdict::conflict;
    }
    return {};
  }

  /// Takes back what was created. What another client has changed since then stays.
  void roll_back() {
    std::string lines;
    for (std::size_t i = 0; i < fresh_.size(); ++i)
      if (outcomes_[i].ok())
        append_delete(lines, rows_[fresh_[i]].id.text(),
                      {outcomes_[i].seq_no, outcomes_[i].primary_term});
    if (lines.empty()) return;
    const auto done =
        send_bulk(cluster_, place_.names.statements, settings_.refresh_after_write, lines,
                  Clock::now() + std::chrono::milliseconds(settings_.timeout_ms));
    if (!done)
      log::error("rows of a refused batch could not be taken back: {}", done.error().detail);
  }

  /// Also for known rows: so a client that sends again completes what a failure interrupted.
  Result<void> resolve() {
    const auto kept = [](Verdict verdict) {
      return verdict == Verdict::stored || verdict == Verdict::known;
    };
    if (std::all_of(verdicts_.begin(), verdicts_.end(), kept)) return resolve(rows_);
    std::vector<Row> rows;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      if (!kept(verdicts_[i])) continue;
      Row row;
      row.id = rows_[i].id;
      row.terms = rows_[i].terms;
      row.refers_to = rows_[i].refers_to;
      row.voids = rows_[i].voids;
      rows.push_back(std::move(row));
    }
    return rows.empty() ? Result<void>() : resolve(rows);
  }

  Result<void> resolve(std::span<const Row> rows) {
    References references(cluster_, place_, settings_.refresh_after_write, deadline_);
    auto resolved = resolve_references(references, rows);
    if (references.changed()) place_.visibility.changed();
    return resolved;
  }

  Cluster& cluster_;
  const Settings& settings_;
  Presence& presence_;
  Place& place_;
  std::span<Row> rows_;
  const OnConflict on_conflict_;
  const Deadline deadline_;
  std::vector<Verdict> verdicts_;
  std::vector<std::size_t> fresh_;  // the places in rows_ that are to be written
  std::vector<BulkItem> outcomes_;  // of these
};

}  // namespace

Result<std::vector<Verdict>> append_rows(const Writing& writing, std::span<Row> rows,
                                         OnConflict on_conflict) {
  if (rows.empty()) return std::vector<Verdict>{};
  return Append(writing, rows, on_conflict).run();
}

}  // namespace lectern::store::elasticsearch
