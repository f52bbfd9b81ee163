#include "store/elasticsearch/write/append.h"

#include <algorithm>
#include <thread>
#include <unordered_map>

#include "base/log.h"
#include "base/micros.h"
#include "base/page_bytes.h"
#include "store/common/append_outcome.h"
#include "store/elasticsearch/schema/layout.h"
#include "store/elasticsearch/write/reference_access.h"
#include "xapi/stamp.h"

namespace lectern::store::elasticsearch {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t part_bytes_max = 8UL * 1024 * 1024;
constexpr int attempts_max = 6;
constexpr std::chrono::milliseconds first_pause_ms{25};
/// An answer that was lost within this time is worth another try while the client waits.
constexpr std::chrono::milliseconds quickly_lost{1'000};
/// How long the rows of other batches are waited for, before a conflict is answered.
constexpr std::chrono::milliseconds others_settle_within{2'000};

/// An index that takes no writes (read-only, or the flood stage of its disk) takes none at all.
bool busy(const BulkItem& item) {
  return item.status == 429 || item.status >= 500 || item.blocked();
}
bool refused(const BulkItem& item) { return !item.ok() && item.status != 409 && !busy(item); }

/// The rows of one append() on their way into the index.
class Append {
 public:
  Append(const Writing& writing, std::span<Row> rows, OnConflict on_conflict)
      : cluster_(writing.cluster),
        settings_(writing.settings),
        watermark_(writing.watermark),
        target_(writing.target),
        rows_(rows),
        on_conflict_(on_conflict),
        deadline_(writing.deadline),
        outcomes_(rows.size(), AppendOutcome::stored) {}

  Result<std::vector<AppendOutcome>> run() {
    if (rows_.size() > 1 && on_conflict_ == OnConflict::refuse_batch) RETURN_IF_ERROR(judge_all());
    for (std::size_t i = 0; i < rows_.size(); ++i)
      if (outcomes_[i] == AppendOutcome::stored) fresh_.push_back(i);
    if (fresh_.empty() && !is_to_be_refused()) {
      TRY(const bool all_there, share_known());
      if (!all_there) return fail(changed_by_others());
      RETURN_IF_ERROR(resolve());
    }
    if (!fresh_.empty()) {
      RETURN_IF_ERROR(announce(fresh_rows()));
      TRY(auto batch, watermark_.begin(target_.names.statements, fresh_.size(), deadline_));
      stamp(batch);
      RETURN_IF_ERROR(finish_or_leave(batch));
    }
    if (is_to_be_refused()) RETURN_IF_ERROR(await_others());
    keep_texts();
    return std::move(outcomes_);
  }

 private:
  void stamp(const VisibilityWatermark::Batch& batch) {
    for (std::size_t i = 0; i < fresh_.size(); ++i) {
      Row& row = rows_[fresh_[i]];
      row.stored = batch.at(i);
      xapi::set_stored(row.json, row.stored_at, row.stored);
    }
    // A row that came alone is there or not: nobody has to take it back.
    if (fresh_.size() > 1) mark_ = batch.mark(0);
    const auto newest = micros_of(rows_[fresh_.back()].stored);
    target_.newest = std::max(target_.newest.load(), newest);  // a hint: it may be set lower
  }

  /// What is not finished when this fails goes on without the caller.
  Result<void> finish_or_leave(VisibilityWatermark::Batch& batch) {
    const auto began = Clock::now();
    auto done = finish();
    const auto now = Clock::now();
    if (!done && now - began < quickly_lost && now < deadline_ && batch.is_live()) done = finish();
    if (done && *done) return failure_ ? Result<void>(fail(*failure_)) : Result<void>();
    const auto rest = detached();
    batch.settle_later(rest->bytes(), [rest](const VisibilityWatermark::Settling& settling) {
      rest->deadline_ = settling.deadline;
      rest->lapsed_ = settling.lapsed;
      return rest->finish();
    });
    if (!done) return fail(std::move(done).error());
    return fail(Code::unavailable, "A batch is being taken back",
                "its rows may still be created by a request whose answer was lost");
  }

  /// The same batch with rows of its own.
  std::shared_ptr<Append> detached() const {
    const auto copy = std::make_shared<Append>(*this);
    copy->own_.assign(rows_.begin(), rows_.end());
    copy->rows_ = copy->own_;
    return copy;
  }

  std::size_t bytes() const {
    std::size_t sum = 0;
    for (const Row& row : own_) {
      sum += sizeof row + row.json.size();
      for (const auto& term : row.terms) sum += sizeof term + term.value.size();
    }
    return sum;
  }

  /// Does all that is left to do; may be called again and again. True: that was all; false: rows
  /// that were taken back may still be created by a copy of a request. Errors: it is not known what
  /// became of the rows.
  Result<bool> finish() {
    if (!refused_) {
      RETURN_IF_ERROR(lapsed_ ? find_out() : store_fresh());
      refused_ = failure_ || is_to_be_refused();
    }
    if (!refused_) {
      TRY(const bool all_there, share_known());
      if (!all_there) failure_ = changed_by_others();
      refused_ = !all_there;
    }
    if (!refused_) {
      RETURN_IF_ERROR(share_own());
      RETURN_IF_ERROR(resolve());
      return true;
    }
    RETURN_IF_ERROR(take_back());
    std::replace(outcomes_.begin(), outcomes_.end(), AppendOutcome::stored, AppendOutcome::refused);
    return !lost_at_ || fresh_.size() == 1 ||
           Clock::now() - *lost_at_ > VisibilityWatermark::dead_after;
  }

  bool is_to_be_refused() const {
    return on_conflict_ == OnConflict::refuse_batch && has(AppendOutcome::conflict);
  }

  bool has(AppendOutcome outcome) const {
    return std::find(outcomes_.begin(), outcomes_.end(), outcome) != outcomes_.end();
  }

  static Error changed_by_others() {
    return {Code::unavailable, "Another client changes the same statement", {}, {}, {}};
  }

  void keep_texts() {
    std::vector<TextCache::Text> texts;
    for (const std::size_t i : fresh_)
      if (outcomes_[i] == AppendOutcome::stored)
        texts.push_back(target_.texts.text({rows_[i].stored, rows_[i].id}, rows_[i].json,
                                           rows_[i].refers_to.has_value() ? 1 : 0));
    target_.texts.keep(std::move(texts));
  }

  std::vector<Row*> fresh_rows() {
    std::vector<Row*> fresh;
    for (const std::size_t i : fresh_) fresh.push_back(&rows_[i]);
    return fresh;
  }

  std::vector<Uuid> fresh_ids() const {
    std::vector<Uuid> ids;
    for (const std::size_t i : fresh_) ids.push_back(rows_[i].id);
    return ids;
  }

  /// What is kept under these ids, with the texts of our rows alone.
  Result<std::unordered_map<Uuid, StatementDocument>> kept(std::span<const Uuid> ids) {
    std::unordered_map<Uuid, StatementDocument> by_id;
    std::vector<Uuid> rest(ids.begin(), ids.end());
    for (std::size_t bytes = SIZE_MAX; bytes >= page_bytes_max() && !rest.empty();) {
      TRY(auto found, look_up(cluster_, target_.statements, rest, deadline_, page_bytes_max()));
      bytes = 0;
      for (auto& one : found) {
        bytes += one.text.size();
        by_id.emplace(one.id, std::move(one));
      }
      std::erase_if(rest, [&](const Uuid& id) { return by_id.contains(id); });
      for (const Row& row : rows_)
        if (const auto one = by_id.find(row.id); one != by_id.end() && !is_ours(row, one->second))
          one->second.text = {};
    }
    return by_id;
  }

  Result<void> announce(std::span<Row* const> fresh) {
    std::vector<ReferencePair> references;
    for (const Row* row : fresh)
      if (row->refers_to) references.push_back({*row->refers_to, row->id});
    if (references.empty()) return {};
    if (!target_.references_there) {
      RETURN_IF_ERROR(prepare_references(cluster_, target_.names.references, deadline_));
      target_.references_there = true;
    }
    return announce_references(cluster_, target_.names.references, references, deadline_);
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
    auto ids = target_.recent.among(all);
    TRY(const auto there, target_.ids_at_refresh.among(std::move(texts), deadline_));
    for (const auto& text : there)
      if (const auto id = Uuid::parse(text)) ids.push_back(*id);
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    if (ids.empty()) return {};
    TRY(const auto by_id, kept(ids));
    outcomes_ = decide_outcomes(rows_, on_conflict_, [&](const Uuid& id) {
      const auto one = by_id.find(id);
      return one == by_id.end() ? std::nullopt : std::optional(one->second.fingerprint);
    });
    const auto note = [&](const std::unordered_map<Uuid, StatementDocument>& rows) {
      for (std::size_t i = 0; i < rows_.size(); ++i)
        if (const auto known = rows.find(rows_[i].id); known != rows.end())
          note_known(i, known->second);
    };
    if (!has(AppendOutcome::conflict)) {
      note(by_id);
      return {};
    }
    // Rows of this batch that another process has just created are not to stay either.
    TRY(const auto everything, kept(all));
    note(everything);
    return {};
  }

  /// Remembers a known row whose own batch may yet be taken back.
  void note_known(std::size_t i, const StatementDocument& there) {
    if (outcomes_[i] != AppendOutcome::conflict && !there.batch.empty() && !there.shared)
      of_others_.push_back({there.id, there.stored});
  }

  /// Creates the rows and finds out what each has become. A failure that is certain is failure_.
  Result<void> store_fresh() {
    item_outcomes_.assign(fresh_.size(), {});
    for (const std::size_t i : fresh_) outcomes_[i] = AppendOutcome::stored;
    target_.recent.add(fresh_ids());
    std::vector<std::size_t> all(fresh_.size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
    RETURN_IF_ERROR(create_patiently(std::move(all)));
    return failure_ ? Result<void>() : settle_known();
  }

  /// For a process that was cut off for longer than the others wait: finds out what the rows are,
  /// and stores no more. Where not all are there it is failure_.
  Result<void> find_out() {
    for (const std::size_t i : fresh_) outcomes_[i] = AppendOutcome::stored;
    const auto ids = fresh_ids();
    TRY(const auto by_id, kept(ids));
    for (std::size_t i = 0; i < fresh_.size(); ++i) {
      if (const auto there = by_id.find(ids[i]); there != by_id.end())
        judge_known(i, there->second);
      else
        failure_ = Error{Code::unavailable, "The database was away for too long", {}, {}, {}};
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
        if (refused(item_outcomes_[place])) odd.push_back(place);
        if (busy(item_outcomes_[place])) late.push_back(place);
      }
      if (!odd.empty()) RETURN_IF_ERROR(create_bare(odd));
      if (late.empty() || failure_) return {};
      const auto& outcome = item_outcomes_[late.front()];
      const bool last = attempt + 1 == attempts_max || Clock::now() + pause >= deadline_;
      if (last || outcome.blocked())
        return give_up({Code::unavailable,
                        outcome.blocked() ? "The database takes no writes" : "The database is busy",
                        {},
                        {},
                        outcome.reason});
      std::this_thread::sleep_for(pause);
      places = std::move(late);
    }
    return {};
  }

  /// Nothing of the batch is to stay. Where it may be there in part or as a whole, since an answer
  /// was lost, it is tried again instead.
  Result<void> give_up(Error error) {
    if (lost_at_ && error.code == Code::unavailable) return fail(std::move(error));
    failure_ = std::move(error);
    return {};
  }

  Result<void> create_bare(const std::vector<std::size_t>& places) {
    for (const std::size_t place : places)
      log::warning("the index {} cannot show statement {} to other programs: {}",
                   target_.names.statements, rows_[fresh_[place]].id.text(),
                   item_outcomes_[place].reason);
    RETURN_IF_ERROR(create(places, false));
    for (const std::size_t place : places) {
      const auto& outcome = item_outcomes_[place];
      if (refused(outcome) || busy(outcome))
        return give_up({refused(outcome) ? Code::internal : Code::unavailable,
                        "The database refuses statement " + rows_[fresh_[place]].id.text(),
                        {},
                        {},
                        outcome.reason});
    }
    return {};
  }

  std::string mark_of(std::size_t place) const {
    if (!mark_) return {};
    if (on_conflict_ == OnConflict::refuse_batch)
      return BatchMark{place, mark_->rows, mark_->process}.text();
    // Each is there by itself, but may be taken back with all.
    return rows_[fresh_[place]].voids ? BatchMark{0, 1, mark_->process}.text() : std::string();
  }

  Result<void> create(const std::vector<std::size_t>& places, bool with_statement) {
    for (std::size_t begin = 0; begin < places.size();) {
      std::string lines;
      std::size_t end = begin;
      lines.reserve(std::min((places.size() - begin) * 4096, part_bytes_max));
      for (; end < places.size() && lines.size() < part_bytes_max; ++end) {
        const Row& row = rows_[fresh_[places[end]]];
        append_create(lines, row.id.text());
        append_document(lines, row, mark_of(places[end]), target_.statements.layout,
                        with_statement);
      }
      auto items = target_.bulk.send(std::move(lines), end - begin, deadline_);
      if (!items) {
        if (items.error().code == Code::unavailable) {
          lost_at_ = Clock::now();
          return fail(std::move(items).error());
        }
        return give_up(std::move(items).error());
      }
      for (std::size_t i = begin; i < end; ++i)
        item_outcomes_[places[i]] = std::move((*items)[i - begin]);
      begin = end;
    }
    return {};
  }

  bool is_ours(const Row& row, const StatementDocument& there) const {
    return there.stored == row.stored && there.text == row.json;
  }

  /// Finds out what the rows are whose ids were there already.
  Result<void> settle_known() {
    std::vector<Uuid> ids;
    for (std::size_t i = 0; i < fresh_.size(); ++i)
      if (item_outcomes_[i].status == 409) ids.push_back(rows_[fresh_[i]].id);
    if (ids.empty()) return {};
    TRY(const auto by_id, kept(ids));
    for (std::size_t i = 0; i < fresh_.size(); ++i) {
      if (item_outcomes_[i].status != 409) continue;
      const Row& row = rows_[fresh_[i]];
      const auto there = by_id.find(row.id);
      if (there == by_id.end())  // deleted meanwhile, or not readable
        return give_up(
            {Code::unavailable, "Another client changes the same statement", {}, {}, {}});
      judge_known(i, there->second);
    }
    return {};
  }

  /// What a row of fresh_ is whose id was there already.
  void judge_known(std::size_t i, const StatementDocument& there) {
    const Row& row = rows_[fresh_[i]];
    auto& outcome = outcomes_[fresh_[i]];
    // Our own, when a request was sent twice over a broken connection.
    if (is_ours(row, there))
      outcome = AppendOutcome::stored;
    else
      outcome = xapi::equivalent(there.fingerprint, row.fingerprint) ? AppendOutcome::known
                                                                     : AppendOutcome::conflict;
    if (outcome == AppendOutcome::known) note_known(fresh_[i], there);
  }

  /// Takes back what was created, until nothing of it is there. What somebody else was answered
  /// with stays.
  Result<void> take_back() {
    const auto ids = fresh_ids();
    for (int attempt = 0; attempt < attempts_max; ++attempt) {
      TRY(const auto by_id, kept(ids));
      std::string lines;
      for (const std::size_t i : fresh_) {
        const auto there = by_id.find(rows_[i].id);
        if (there != by_id.end() && is_ours(rows_[i], there->second) && !there->second.shared)
          append_delete(lines, rows_[i].id.text(), there->second.version);
      }
      if (lines.empty()) return {};
      TRY(const auto items, send_bulk(cluster_, target_.names.statements,
                                      settings_.refresh_after_write, lines, deadline_));
      for (const auto& item : items)
        if (!item.ok() && item.status != 404 && item.status != 409)
          return fail(Code::unavailable, "Rows of a refused batch cannot be taken back yet",
                      item.reason);
    }
    return fail(Code::unavailable, "Other clients change the same statements");
  }

  /// Says of our rows that they stay: of all where some of the batch are known, so that nobody
  /// takes it for one that was left half done; and of voiding ones, which count from then on
  /// (reference_access.h).
  Result<void> share_own() {
    std::vector<Uuid> ours;
    std::size_t stored = 0;
    for (const std::size_t i : fresh_)
      if (outcomes_[i] == AppendOutcome::stored) ++stored;
    const bool is_in_part = on_conflict_ == OnConflict::refuse_batch && stored < fresh_.size();
    for (const std::size_t i : fresh_)
      if (mark_ && outcomes_[i] == AppendOutcome::stored && (is_in_part || rows_[i].voids))
        ours.push_back(rows_[i].id);
    TRY(const bool all_there, share(ours));
    if (!all_there) return fail(changed_by_others());
    return {};
  }

  /// Says of known rows whose batch is not finished that they stay. False: one is gone.
  Result<bool> share_known() {
    RETURN_IF_ERROR(forget_finished());
    std::vector<Uuid> ids;
    for (const auto& row : of_others_) ids.push_back(row.id);
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    return share(ids);
  }

  /// Leaves in of_others_ what may yet be taken back.
  Result<void> forget_finished() {
    if (of_others_.empty()) return {};
    TRY(const auto settled, watermark_.settled(deadline_));
    std::erase_if(of_others_, [&](const auto& row) { return row.stored <= settled.through; });
    return {};
  }

  /// False: one of the rows is gone.
  Result<bool> share(const std::vector<Uuid>& ids) {
    if (ids.empty()) return true;
    for (int attempt = 0; attempt < attempts_max; ++attempt) {
      TRY(auto there, look_up(cluster_, target_.statements, ids, deadline_));
      if (there.size() < ids.size()) return false;
      TRY(const bool all, share_rows(cluster_, target_, settings_.refresh_after_write,
                                     std::move(there), deadline_));
      if (all) return true;
    }
    return fail(changed_by_others());
  }

  /// Beside a conflict known rows may be of this very batch, sent before, of which nothing is to
  /// stay: the answer waits until theirs is finished.
  Result<void> await_others() {
    RETURN_IF_ERROR(forget_finished());
    if (of_others_.empty()) return {};
    Time last{};
    for (const auto& row : of_others_) last = std::max(last, row.stored);
    TRY(const bool reached,
        watermark_.await(last, std::min(deadline_, Clock::now() + others_settle_within)));
    if (reached) return {};
    return fail(Code::unavailable, "Another client stores the same statements",
                "a batch that is not settled yet");
  }

  /// Also for known rows: so a client that sends again completes what a failure interrupted.
  Result<void> resolve() {
    const auto kept = [](AppendOutcome outcome) {
      return outcome == AppendOutcome::stored || outcome == AppendOutcome::known;
    };
    std::vector<ReferenceNodeView> nodes;
    for (std::size_t i = 0; i < rows_.size(); ++i)
      if (kept(outcomes_[i])) nodes.push_back(view_of(rows_[i]));
    if (nodes.empty()) return {};
    ElasticsearchReferences references(cluster_, target_, settings_.refresh_after_write, deadline_);
    auto resolved = resolve_references(references, nodes, deadline_);
    if (references.changed()) target_.search_refresh.changed();
    return resolved;
  }

  struct OfOthers {
    Uuid id;
    Time stored;
  };

  Cluster& cluster_;
  const ElasticsearchSettings& settings_;
  VisibilityWatermark& watermark_;
  TargetIndex& target_;
  std::span<Row> rows_;
  std::vector<Row> own_;  // what rows_ is, once the caller has gone
  const OnConflict on_conflict_;
  Deadline deadline_;
  std::vector<AppendOutcome> outcomes_;
  std::vector<std::size_t> fresh_;       // the places in rows_ that are to be written
  std::vector<BulkItem> item_outcomes_;  // of these
  std::vector<OfOthers> of_others_;
  std::optional<BatchMark> mark_;
  std::optional<Clock::time_point> lost_at_;  // when the last answer of a create was lost
  std::optional<Error> failure_;              // why nothing of it is to stay
  bool refused_ = false;                      // for good: only its rows are to be taken back
  bool lapsed_ = false;                       // nothing more of it may be created
};

}  // namespace

Result<std::vector<AppendOutcome>> append_rows(const Writing& writing, std::span<Row> rows,
                                               OnConflict on_conflict) {
  if (rows.empty()) return std::vector<AppendOutcome>{};
  return Append(writing, rows, on_conflict).run();
}

}  // namespace lectern::store::elasticsearch
