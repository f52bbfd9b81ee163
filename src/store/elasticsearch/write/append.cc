#include "store/elasticsearch/write/append.h"

#include <algorithm>
#include <unordered_map>

#include "base/page_bytes.h"
#include "base/time/micros.h"
#include "store/common/append_outcome.h"
#include "store/elasticsearch/schema/layout.h"
#include "store/elasticsearch/write/others_rows.h"
#include "store/elasticsearch/write/references.h"
#include "store/elasticsearch/write/row_creator.h"
#include "xapi/stamp.h"

namespace lectern::store::elasticsearch {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int attempts_max = 6;
/// An answer that was lost within this time is worth another try while the client waits.
constexpr std::chrono::milliseconds quickly_lost{1'000};

/// The rows of one append() on their way into the index.
class Append {
 public:
  Append(const AppendContext& writing, std::span<Row> rows, OnConflict on_conflict)
      : writing_(writing),
        target_(writing.target),
        rows_(rows),
        on_conflict_(on_conflict),
        outcomes_(rows.size(), AppendOutcome::stored),
        creator_(writing.cluster, writing.target) {}

  Result<std::vector<AppendOutcome>> run() {
    if (rows_.size() > 1 && on_conflict_ == OnConflict::refuse_batch) RETURN_IF_ERROR(judge_all());
    for (std::size_t i = 0; i < rows_.size(); ++i)
      if (outcomes_[i] == AppendOutcome::stored) fresh_.push_back(i);
    if (fresh_.empty() && !is_to_be_refused()) {
      TRY(const bool all_there, of_others_.share_all(writing_, {}));
      if (!all_there) return fail(changed_by_others());
      RETURN_IF_ERROR(resolve());
    }
    if (!fresh_.empty()) {
      RETURN_IF_ERROR(announce(fresh_rows()));
      TRY(auto batch,
          writing_.watermark.begin(target_.names.statements, fresh_.size(), writing_.deadline));
      stamp(batch);
      RETURN_IF_ERROR(finish_or_leave(batch));
    }
    if (is_to_be_refused()) RETURN_IF_ERROR(of_others_.await(writing_));
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
    // A row that came alone is there or not: nobody has to take it back. Beside known ones that may
    // yet go it is part of what is not whole, until it is shared.
    if (fresh_.size() > 1 || known_unfinished_ > 0) mark_ = batch.mark(0);
    const auto newest = micros_of(rows_[fresh_.back()].stored);
    target_.newest = std::max(target_.newest.load(), newest);  // a hint: it may be set lower
  }

  /// What is not finished when this fails goes on without the caller.
  Result<void> finish_or_leave(VisibilityWatermark::Batch& batch) {
    const auto began = Clock::now();
    auto done = finish();
    const auto now = Clock::now();
    if (!done && now - began < quickly_lost && now < writing_.deadline && batch.is_live())
      done = finish();
    if (done && *done) return failure() ? Result<void>(fail(*failure())) : Result<void>();
    const auto rest = detached();
    batch.settle_later(rest->bytes(), [rest](const VisibilityWatermark::Settling& settling) {
      rest->writing_.deadline = settling.deadline;
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
      refused_ = failure() || is_to_be_refused();
    }
    if (!refused_) {
      TRY(const bool all_there, of_others_.share_all(writing_, own_to_share()));
      // Where only our own can be gone they are created once more.
      if (!all_there && of_others_.empty()) return fail(changed_by_others());
      if (!all_there) creator_.give_up_for_good(changed_by_others());
      refused_ = !all_there;
    }
    if (!refused_) {
      RETURN_IF_ERROR(resolve());
      return true;
    }
    RETURN_IF_ERROR(take_back());
    std::replace(outcomes_.begin(), outcomes_.end(), AppendOutcome::stored, AppendOutcome::refused);
    return !mark_ || !creator_.may_create_late();
  }

  const std::optional<Error>& failure() const { return creator_.failure(); }

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
      TRY(auto found,
          look_up(writing_.cluster, target_.statements, rest, writing_.deadline, page_bytes_max()));
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
      RETURN_IF_ERROR(
          prepare_references(writing_.cluster, target_.names.references, writing_.deadline));
      target_.references_there = true;
    }
    return announce_references(writing_.cluster, target_.names.references, references,
                               writing_.deadline);
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
    TRY(const auto there, target_.ids_at_refresh.among(std::move(texts), writing_.deadline));
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
          if (outcomes_[i] != AppendOutcome::conflict) of_others_.add(known->second);
    };
    if (!has(AppendOutcome::conflict)) {
      note(by_id);
      known_unfinished_ = of_others_.size();
      return {};
    }
    // Rows of this batch that another process has just created are not to stay either.
    TRY(const auto everything, kept(all));
    note(everything);
    return {};
  }

  /// Creates the rows and finds out what each has become. A failure that is certain is failure().
  Result<void> store_fresh() {
    for (const std::size_t i : fresh_) outcomes_[i] = AppendOutcome::stored;
    target_.recent.add(fresh_ids());
    std::vector<RowToCreate> rows;
    for (std::size_t i = 0; i < fresh_.size(); ++i) rows.push_back({&rows_[fresh_[i]], mark_of(i)});
    RETURN_IF_ERROR(creator_.create(rows, writing_.deadline));
    return failure() ? Result<void>() : settle_known();
  }

  /// For a process that was cut off for longer than the others wait: finds out what the rows are,
  /// and stores no more. Where not all are there it is failure().
  Result<void> find_out() {
    for (const std::size_t i : fresh_) outcomes_[i] = AppendOutcome::stored;
    const auto ids = fresh_ids();
    TRY(const auto by_id, kept(ids));
    for (std::size_t i = 0; i < fresh_.size(); ++i) {
      if (const auto there = by_id.find(ids[i]); there != by_id.end())
        judge_known(i, there->second);
      else
        creator_.give_up_for_good(
            {Code::unavailable, "The database was away for too long", {}, {}, {}});
    }
    return {};
  }

  std::string mark_of(std::size_t place) const {
    if (!mark_) return {};
    if (on_conflict_ == OnConflict::refuse_batch)
      return BatchMark{place, mark_->rows + known_unfinished_, mark_->process}.text();
    // Each is there by itself, but may be taken back with all.
    return rows_[fresh_[place]].voids ? BatchMark{0, 1, mark_->process}.text() : std::string();
  }

  bool is_ours(const Row& row, const StatementDocument& there) const {
    return there.stored == row.stored && there.text == row.json;
  }

  /// Finds out what the rows are whose ids were there already.
  Result<void> settle_known() {
    std::vector<Uuid> ids;
    for (std::size_t i = 0; i < fresh_.size(); ++i)
      if (creator_.items()[i].status == 409) ids.push_back(rows_[fresh_[i]].id);
    if (ids.empty()) return {};
    TRY(const auto by_id, kept(ids));
    for (std::size_t i = 0; i < fresh_.size(); ++i) {
      if (creator_.items()[i].status != 409) continue;
      const Row& row = rows_[fresh_[i]];
      const auto there = by_id.find(row.id);
      if (there == by_id.end())  // deleted meanwhile, or not readable
        return creator_.give_up(changed_by_others());
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
    if (outcome == AppendOutcome::known) of_others_.add(there);
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
      TRY(const auto items,
          send_bulk(writing_.cluster, target_.names.statements,
                    writing_.settings.refresh_after_write, lines, writing_.deadline));
      for (const auto& item : items)
        if (!item.ok() && item.status != 404 && item.status != 409)
          return fail(Code::unavailable, "Rows of a refused batch cannot be taken back yet",
                      item.reason);
    }
    return fail(Code::unavailable, "Other clients change the same statements");
  }

  /// Our rows of which it is to be said that they stay: all where some of the batch are known, so
  /// that nobody takes it for one that was left half done; and voiding ones, which count from then
  /// on (references.h).
  std::vector<Uuid> own_to_share() const {
    std::vector<Uuid> ours;
    std::size_t stored = 0;
    for (const std::size_t i : fresh_)
      if (outcomes_[i] == AppendOutcome::stored) ++stored;
    const bool is_in_part = on_conflict_ == OnConflict::refuse_batch &&
                            (stored < fresh_.size() || known_unfinished_ > 0);
    for (const std::size_t i : fresh_)
      if (mark_ && outcomes_[i] == AppendOutcome::stored && (is_in_part || rows_[i].voids))
        ours.push_back(rows_[i].id);
    return ours;
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
    ElasticsearchReferences references(writing_.cluster, target_,
                                       writing_.settings.refresh_after_write, writing_.deadline);
    auto resolved = resolve_references(references, nodes, writing_.deadline);
    if (references.changed()) target_.search_refresh.changed();
    return resolved;
  }

  AppendContext writing_;
  TargetIndex& target_;
  std::span<Row> rows_;
  std::vector<Row> own_;  // what rows_ is, once the caller has gone
  const OnConflict on_conflict_;
  std::vector<AppendOutcome> outcomes_;
  std::vector<std::size_t> fresh_;  // the places in rows_ that are to be written
  RowCreator creator_;              // of these
  OthersRows of_others_;
  std::size_t known_unfinished_ = 0;  // of them, before any of fresh_ was written
  std::optional<BatchMark> mark_;
  bool refused_ = false;  // for good: only its rows are to be taken back
  bool lapsed_ = false;   // nothing more of it may be created
};

}  // namespace

Result<std::vector<AppendOutcome>> append_rows(const AppendContext& writing, std::span<Row> rows,
                                               OnConflict on_conflict) {
  if (rows.empty()) return std::vector<AppendOutcome>{};
  return Append(writing, rows, on_conflict).run();
}

}  // namespace lectern::store::elasticsearch
