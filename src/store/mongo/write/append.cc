#include "store/mongo/write/append.h"

#include <algorithm>
#include <unordered_map>

#include "store/mongo/read/lookup.h"
#include "store/mongo/schema/layout.h"
#include "store/mongo/write/orphaned_batches.h"
#include "store/mongo/write/references.h"
#include "xapi/stamp.h"

namespace lectern::store::mongo {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// A row that was in the way and is gone when we look is tried again so often.
constexpr int tries_max = 5;
/// An answer that was lost within this time is worth another try while the client waits.
constexpr milliseconds quickly_lost{1'000};
/// How long the rows of other batches are waited for, before a conflict is answered.
constexpr milliseconds others_settle_within{2'000};

}  // namespace

Result<std::vector<AppendOutcome>> MongoAppend::run() {
  TRY(place_, database_.writable(context_));
  outcomes_.assign(rows_.size(), std::nullopt);
  {
    TRY(auto batch,
        database_.watermark().begin(place_.collection, rows_.size(), context_.deadline));
    stamp(batch);
    RETURN_IF_ERROR(finish_or_leave(batch));
  }  // what follows may wait for the watermark
  if (refused_) RETURN_IF_ERROR(await_others());
  std::vector<AppendOutcome> outcomes;
  for (const auto& outcome : outcomes_) outcomes.push_back(*outcome);
  return outcomes;
}

void MongoAppend::stamp(const VisibilityWatermark::Batch& batch) {
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    rows_[i].stored = batch.at(i);
    xapi::set_stored(rows_[i].json, rows_[i].stored_at, rows_[i].stored);
  }
  // A row that came alone is there or not: nobody has to take it back.
  if (rows_.size() > 1) mark_ = batch.mark(0);
}

std::string MongoAppend::mark_of(std::size_t index) const {
  if (!mark_) return {};
  if (on_conflict_ == OnConflict::refuse_batch)
    return BatchMark{index, mark_->rows, mark_->process}.text();
  // Each is there by itself, but may be taken back with all.
  return rows_[index].voids ? BatchMark{0, 1, mark_->process}.text() : std::string();
}

/// What is not finished when this fails goes on without the caller.
Result<void> MongoAppend::finish_or_leave(VisibilityWatermark::Batch& batch) {
  const auto began = steady_clock::now();
  auto done = finish();
  const auto now = steady_clock::now();
  if (!done && sent_ && now - began < quickly_lost && now < context_.deadline && batch.is_live())
    done = finish();
  if (done && *done) return failure_ ? Result<void>(fail(*failure_)) : Result<void>();
  if (!sent_) return fail(std::move(done).error());
  const auto rest = detached();
  batch.settle_later(rest->bytes(), [rest](const VisibilityWatermark::Settling& settling) {
    rest->context_.deadline = settling.deadline;
    rest->lapsed_ = settling.lapsed;
    return rest->finish();
  });
  if (!done) return fail(std::move(done).error());
  return fail(Code::unavailable, "A batch is being taken back",
              "its rows may still be inserted by a request whose answer was lost");
}

/// The same batch with rows of its own.
std::shared_ptr<MongoAppend> MongoAppend::detached() const {
  const auto copy = std::make_shared<MongoAppend>(*this);
  copy->own_.assign(rows_.begin(), rows_.end());
  copy->rows_ = copy->own_;
  return copy;
}

std::size_t MongoAppend::bytes() const {
  std::size_t sum = 0;
  for (const Row& row : own_) {
    sum += sizeof row + row.json.size();
    for (const auto& term : row.terms) sum += sizeof term + term.value.size();
  }
  return sum;
}

/// Does all that is left to do; may be called again and again. True: that was all; false: rows that
/// were taken back may still be inserted by a copy of a request. Errors: it is not known what
/// became of the rows.
Result<bool> MongoAppend::finish() {
  TRY(auto client, database_.lease(context_));
  if (!refused_) {
    RETURN_IF_ERROR(lapsed_ ? find_out(client) : store(client));
    refused_ = failure_ || is_to_be_refused();
  }
  if (!refused_) {
    RETURN_IF_ERROR(follow_references(client));
    return true;
  }
  RETURN_IF_ERROR(take_back(client));
  return !lost_at_ || rows_.size() == 1 ||
         steady_clock::now() - *lost_at_ > VisibilityWatermark::dead_after;
}

/// Gives each row its outcome. A failure that is certain is failure_.
Result<void> MongoAppend::store(Client& client) {
  outcomes_.assign(rows_.size(), std::nullopt);
  of_others_.clear();
  for (int tries = 0;; ++tries) {
    auto inserted = insert_missing(client);
    if (!inserted) {
      if (inserted.error().code == Code::unavailable) return inserted;
      failure_ = std::move(inserted).error();
      return {};
    }
    if (is_to_be_refused()) return {};
    TRY(const bool all_there, share(client));
    if (all_there) return {};
    if (tries == tries_max)
      return fail(Code::unavailable, "a statement is being stored by another request");
  }
}

/// Gives each row its outcome where all are there; else it is failure_.
Result<void> MongoAppend::find_out(Client& client) {
  outcomes_.assign(rows_.size(), std::nullopt);
  of_others_.clear();
  RETURN_IF_ERROR(look_up(client, missing()));
  bool all_there = missing().empty();
  if (all_there && !is_to_be_refused()) {
    TRY(all_there, share(client));
  }
  if (!all_there)
    failure_ = Error{Code::unavailable, "The database was away for too long", {}, {}, {}};
  return {};
}

bool MongoAppend::is_to_be_refused() const {
  return on_conflict_ == OnConflict::refuse_batch && has(AppendOutcome::conflict);
}

bool MongoAppend::has(AppendOutcome outcome) const {
  return std::find(outcomes_.begin(), outcomes_.end(), outcome) != outcomes_.end();
}

std::vector<std::size_t> MongoAppend::missing() const {
  std::vector<std::size_t> indexes;
  for (std::size_t i = 0; i < rows_.size(); ++i)
    if (!outcomes_[i]) indexes.push_back(i);
  return indexes;
}

Result<void> MongoAppend::insert_missing(Client& client) {
  // Where the database cannot refuse what Ralph stored, it is looked for first.
  if (!place_.source_ids_unique) RETURN_IF_ERROR(look_up(client, missing()));
  for (int tries = 0; !missing().empty(); ++tries) {
    if (tries == tries_max)
      return fail(Code::unavailable, "a statement is being stored by another request");
    RETURN_IF_ERROR(insert_once(client, tries > 0));
  }
  return {};
}

/// Inserts the rows without an outcome, then looks at what was in the way. With `other_id` another
/// statement may have had a row's `_id`.
Result<void> MongoAppend::insert_once(Client& client, bool other_id) {
  const auto indexes = missing();
  std::vector<Bson> documents;
  documents.reserve(indexes.size());
  for (const auto index : indexes) {
    TRY(auto document, document_of(rows_[index], mark_of(index), other_id));
    documents.push_back(std::move(document));
  }
  sent_ = true;
  const auto inserted =
      client.insert(database_.name(), place_.collection, documents,
                    static_cast<std::uint32_t>(VisibilityWatermark::insert_max.count()));
  if (!inserted) {
    if (inserted.error().code == Code::unavailable) lost_at_ = steady_clock::now();
    return fail(inserted.error());
  }
  const auto& written = *inserted;
  for (const auto index : indexes) outcomes_[index] = AppendOutcome::stored;
  std::vector<std::size_t> taken;
  std::optional<Error> refused;
  for (const auto& error : written.errors) {
    if (error.index >= indexes.size())
      return fail(Code::unavailable, "MongoDB's answer was not understood",
                  "insert: an error names a row that was not sent");
    const auto index = indexes[error.index];
    outcomes_[index].reset();
    if (error.code == duplicate_key)
      taken.push_back(index);
    else
      refused = Error{Code::internal,
                      "MongoDB refused the statement " + rows_[index].id.text(),
                      {},
                      {},
                      error.message};
  }
  if (refused) return fail(std::move(*refused));
  return look_up(client, taken);
}

/// Judges the rows whose ids are taken. Those that have gone meanwhile stay without an outcome.
Result<void> MongoAppend::look_up(Client& client, const std::vector<std::size_t>& taken) {
  if (taken.empty()) return {};
  std::unordered_map<Uuid, std::size_t> missing;
  std::vector<Uuid> ids;
  for (const auto index : taken) {
    missing.emplace(rows_[index].id, index);
    ids.push_back(rows_[index].id);
  }
  const auto decide_outcome = [&](const StoredStatement& kept) {
    const auto index = missing.at(kept.position.id);
    missing.erase(kept.position.id);
    const bool same = xapi::equivalent(kept.fingerprint, rows_[index].fingerprint);
    if (is_ours(index, kept))  // a request was sent twice over a broken connection
      outcomes_[index] = AppendOutcome::stored;
    else
      outcomes_[index] = same ? AppendOutcome::known : AppendOutcome::conflict;
    return outcomes_[index] == AppendOutcome::known;
  };
  const auto take = [&](const StoredStatement& kept) {
    if (decide_outcome(kept)) of_others_.push_back({kept.position.id, kept.position.stored, {}});
    return true;
  };
  RETURN_IF_ERROR(find_ours(client, database_.name(), place_, ids, take));
  ids.clear();
  for (const auto& [id, index] : missing) ids.push_back(id);
  if (ids.empty()) return {};
  TRY(const auto foreign, find_foreign(client, database_.name(), place_, ids, SIZE_MAX));
  for (const StoredStatement& kept : foreign) decide_outcome(kept);
  return {};
}

bool MongoAppend::is_ours(std::size_t index, const StoredStatement& kept) const {
  return kept.position.stored == rows_[index].stored && kept.json == rows_[index].json;
}

/// Says of rows that they stay, and waits until most members of the replica set have it: of known
/// ones whose batch is not finished; of our own where some of the batch are known, so that nobody
/// takes it for one that was left half done; and of our voiding ones, which count from then on
/// (references.h). False: one is gone already; it has lost its outcome.
Result<bool> MongoAppend::share(Client& client) {
  std::vector<Uuid> ids;
  if (!of_others_.empty()) {
    TRY(const auto settled, database_.watermark().settled(context_.deadline));
    for (const auto& row : of_others_)
      if (row.stored > settled.through) ids.push_back(row.id);
  }
  const bool is_in_part = on_conflict_ == OnConflict::refuse_batch && has(AppendOutcome::known);
  for (std::size_t i = 0; mark_ && i < rows_.size(); ++i)
    if (outcomes_[i] == AppendOutcome::stored && (is_in_part || rows_[i].voids))
      ids.push_back(rows_[i].id);
  if (ids.empty()) return true;
  Array wanted;
  for (const Uuid& id : ids) wanted.uuid(id);
  Bson any, filter, shared, change, all, command;
  any.array("$in", wanted.get());
  filter.object("lectern.id", any);
  shared.flag("lectern.shared", true);
  change.object("$set", shared);
  all.object("q", filter).object("u", change).flag("multi", true);
  command.text("update", place_.collection).array("updates", Array().object(all).get());
  TRY(const auto written, client.write_bulk(database_.name(), std::move(command)));
  if (static_cast<std::size_t>(written.count) >= ids.size()) return true;
  for (std::size_t i = 0; i < rows_.size(); ++i)
    if (std::find(ids.begin(), ids.end(), rows_[i].id) != ids.end()) outcomes_[i].reset();
  of_others_.clear();
  return false;
}

/// Beside a conflict known rows may be of this very batch, sent before, of which nothing is to
/// stay: the answer waits until theirs is finished.
Result<void> MongoAppend::await_others() {
  Time last{};
  for (const auto& row : of_others_) last = std::max(last, row.stored);
  const auto until = std::min(context_.deadline, steady_clock::now() + others_settle_within);
  TRY(const bool reached, database_.watermark().await(last, until));
  if (reached) return {};
  return fail(Code::unavailable, "Another client stores the same statements",
              "a batch that is not settled yet");
}

/// Takes away what this call inserted, or may have inserted.
Result<void> MongoAppend::take_back(Client& client) {
  if (!sent_) return {};
  std::vector<MarkedRow> ours;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (outcomes_[i] == AppendOutcome::known || outcomes_[i] == AppendOutcome::conflict) continue;
    ours.push_back({rows_[i].id, rows_[i].stored, {}});
    outcomes_[i] = AppendOutcome::refused;
  }
  return delete_rows(client, database_.name(), place_.collection, ours);
}

/// For rows that are known too: it completes what a failed call began.
Result<void> MongoAppend::follow_references(Client& client) {
  std::vector<ReferenceNodeView> nodes;
  for (std::size_t i = 0; i < rows_.size(); ++i)
    if (outcomes_[i] == AppendOutcome::stored || outcomes_[i] == AppendOutcome::known)
      nodes.push_back(view_of(rows_[i]));
  if (nodes.empty()) return {};
  MongoReferences access(client, database_.name(), place_);
  return resolve_references(access, nodes, context_.deadline);
}

}  // namespace lectern::store::mongo
