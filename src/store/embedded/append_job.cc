#include "store/embedded/append_job.h"

#include <algorithm>

#include "base/assert.h"
#include "store/verdicts.h"
#include "xapi/stamp.h"
#include "xapi/terms.h"

namespace lectern::store::embedded {

AppendJob::AppendJob(const Database& database, TargetNumber target, std::span<Row> rows,
                     OnConflict on_conflict, Deadline deadline)
    : database_(database),
      target_(target),
      rows_(rows),
      on_conflict_(on_conflict),
      deadline_(deadline) {
  id_keys_.reserve(rows.size());
  hashes_.resize(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    id_keys_.push_back(id_key(target, rows[i].id));
    hashes_[i].reserve(rows[i].terms.size());
    for (const auto& term : rows[i].terms) hashes_[i].push_back(database.hash_of(target, term));
  }
}

Result<void> AppendJob::look_up() {
  std::vector<rocksdb::Slice> keys(id_keys_.begin(), id_keys_.end());
  std::vector<rocksdb::PinnableSlice> values(keys.size());
  std::vector<rocksdb::Status> statuses(keys.size());
  database_.rocks().MultiGet({}, database_.family(Family::ids), keys.size(), keys.data(),
                             values.data(), statuses.data());
  entries_.assign(keys.size(), std::nullopt);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (statuses[i].IsNotFound()) continue;
    if (!statuses[i].ok()) return fail(error_of(statuses[i], "looking up ids"));
    entries_[i] = decode_id_entry(view(values[i]));
    if (!entries_[i]) return fail(damaged("id"));
  }
  return {};
}

Result<void> AppendJob::judge() {
  RETURN_IF_ERROR(look_up());
  std::size_t next = 0;
  verdicts_ =
      store::judge(rows_, on_conflict_, [&](const Uuid&) -> std::optional<xapi::Fingerprint> {
        const auto& entry = entries_[next++];
        if (!entry || !entry->kept) return std::nullopt;
        return entry->fingerprint;
      });
  return {};
}

bool AppendJob::has_references() const {
  for (std::size_t i = 0; i < rows_.size(); ++i)
    if (verdicts_[i] == Verdict::stored && (rows_[i].refers_to || entries_[i].has_value()))
      return true;
  return false;
}

Result<Job::Step> AppendJob::prepare(Group& group, StoredClock& clock) {
  const auto is_touched = [&](const std::string& key) { return group.touched.contains(key); };
  if (std::any_of(id_keys_.begin(), id_keys_.end(), is_touched)) return Step::after_flush;
  if (references_ && references_->begun) return prepare_references(group, clock);
  RETURN_IF_ERROR(judge());
  if (has_references()) return prepare_references(group, clock);
  give_stored(group, clock);
  for (std::size_t i = 0; i < rows_.size(); ++i)
    if (verdicts_[i] == Verdict::stored) write_row(group, i, false);
  return Step::prepared;
}

Result<Job::Step> AppendJob::prepare_references(Group& group, StoredClock& clock) {
  if (!group.empty()) return Step::after_flush;
  const auto other = group.in_slices.find(target_);
  if (other != group.in_slices.end() && other->second != this) return Step::later;
  for (;;) {
    if (!references_) begin_references();
    auto& work = *references_;
    if (!work.done) {
      TRY(work.done, work.batch->work(group.batch));
    }
    if (!work.done) {
      if (!work.begun) RETURN_IF_ERROR(work.batch->write_awaited(group.batch));
      work.begun = true;
      return Step::again;
    }
    // Between slices others may have stored a row that has no references.
    if (work.begun) RETURN_IF_ERROR(judge());
    if (verdicts_ == work.verdicts) break;
    references_.reset();
  }
  give_stored(group, clock);
  const auto& batch = *references_->batch;
  RETURN_IF_ERROR(batch.write_voided(group.batch));
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (verdicts_[i] != Verdict::stored) continue;
    const Row& row = rows_[i];
    const bool voided = batch.is_voided(row.id);
    write_row(group, i, voided);
    if (row.refers_to) RETURN_IF_ERROR(write_reference(group, row));
    if (voided) continue;
    for (const auto& hash : batch.inherited(row.id))
      group.postings.push_back({posting_key(hash, order_of(row.stored)), std::nullopt});
  }
  return Step::prepared;
}

void AppendJob::begin_references() {
  auto& work = references_.emplace();
  work.verdicts = verdicts_;
  std::span<const Row> fresh = rows_;
  std::unordered_set<Uuid> awaited;
  for (std::size_t i = 0; i < rows_.size(); ++i)
    if (entries_[i] && verdicts_[i] == Verdict::stored) awaited.insert(rows_[i].id);
  const auto is_stored = [](Verdict verdict) { return verdict == Verdict::stored; };
  if (!std::all_of(verdicts_.begin(), verdicts_.end(), is_stored)) {
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      if (!is_stored(verdicts_[i])) continue;
      Row& row = work.some.emplace_back();
      row.id = rows_[i].id;
      row.terms = rows_[i].terms;
      row.refers_to = rows_[i].refers_to;
      row.voids = rows_[i].voids;
    }
    fresh = work.some;
  }
  work.batch =
      std::make_unique<ReferenceBatch>(database_, target_, fresh, std::move(awaited), deadline_);
}

void AppendJob::give_stored(Group& group, StoredClock& clock) {
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (verdicts_[i] != Verdict::stored) continue;
    Row& row = rows_[i];
    row.stored = clock.next();
    xapi::set_stored(row.json, row.stored_at, row.stored);
    group.touched.insert(id_keys_[i]);
  }
}

std::optional<VerbMark> AppendJob::verb_mark(std::size_t index) const {
  const auto& terms = rows_[index].terms;
  const auto verb = std::find_if(terms.begin(), terms.end(), xapi::is_verb_term);
  if (rows_[index].refers_to || verb == terms.end()) return std::nullopt;
  if (std::any_of(verb + 1, terms.end(), xapi::is_verb_term)) return std::nullopt;
  return verb_mark_of(hashes_[index][static_cast<std::size_t>(verb - terms.begin())]);
}

void AppendJob::write_row(Group& group, std::size_t index, bool voided) {
  const Row& row = rows_[index];
  const auto head = encode_body_head({row.id, row.refers_to, row.voids, voided, {}});
  const auto key = body_key(target_, row.stored);
  const rocksdb::Slice key_part = key;
  const rocksdb::Slice value_parts[] = {head, row.json};
  group.batch.Put(database_.family(Family::bodies), rocksdb::SliceParts(&key_part, 1),
                  rocksdb::SliceParts(value_parts, 2));
  group.batch.Put(database_.family(Family::ids), id_keys_[index],
                  encode_id_entry({true, row.stored, row.fingerprint}));
  if (voided) return;
  const auto mark = verb_mark(index);
  for (const auto& hash : hashes_[index])
    group.postings.push_back({posting_key(hash, order_of(row.stored)), mark});
}

Result<void> AppendJob::write_reference(Group& group, const Row& row) {
  group.batch.Put(database_.family(Family::references),
                  reference_key(target_, *row.refers_to, row.stored),
                  encode_reference({row.id, row.voids}));
  const auto target_key = id_key(target_, *row.refers_to);
  if (!group.touched.insert(target_key).second) return {};  // it comes in this batch
  TRY(const auto entry, database_.get(Family::ids, target_key));
  if (!entry) group.batch.Put(database_.family(Family::ids), target_key, encode_id_entry({}));
  return {};
}

}  // namespace lectern::store::embedded
