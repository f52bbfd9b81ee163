#include "store/embedded/write/append.h"

#include <algorithm>
#include <numeric>

#include "base/assert.h"
#include "store/common/append_outcome.h"
#include "xapi/stamp.h"
#include "xapi/terms.h"

namespace lectern::store::embedded {

AppendJob::AppendJob(const Database& database, TargetNumber target, std::span<Row> rows,
                     OnConflict on_conflict, Deadline deadline, const SliceBounds& slices)
    : database_(database),
      target_(target),
      rows_(rows),
      on_conflict_(on_conflict),
      deadline_(deadline),
      slices_(slices),
      dictionary_(database.dictionaries().newest()) {
  pack_texts();
  id_keys_.reserve(rows.size());
  hashes_.resize(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    id_keys_.push_back(id_key(target, rows[i].id));
    hashes_[i].reserve(rows[i].terms.size());
    for (const auto& term : rows[i].terms) hashes_[i].push_back(database.hash_of(target, term));
  }
  make_own_postings();
}

void AppendJob::pack_texts() {
  packed_.resize(rows_.size());
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const auto text = dictionary_ ? cut_text(rows_[i]) : std::nullopt;
    if (text) packed_[i] = dictionary_->pack(*text);
    packed_bytes_.texts += rows_[i].json.size();
    packed_bytes_.packed += packed_[i] ? packed_[i]->size() : rows_[i].json.size();
  }
}

void AppendJob::make_own_postings() {
  std::size_t postings = 0, bytes = 0;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    postings += hashes_[i].size();
    bytes += rows_[i].json.size();
  }
  large_ = postings > slices_.slices_of_commit_max * slices_.postings_max ||
           (bytes > slices_.slices_of_commit_max * slices_.bytes_max && rows_.size() > 1);
  if (!large_) return;
  by_id_key_.resize(rows_.size());
  std::iota(by_id_key_.begin(), by_id_key_.end(), 0U);
  std::sort(by_id_key_.begin(), by_id_key_.end(),
            [&](std::uint32_t a, std::uint32_t b) { return id_keys_[a] < id_keys_[b]; });
  own_postings_.reserve(postings);
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    verb_marks_.push_back(verb_mark(i));
    for (const auto& hash : hashes_[i])
      own_postings_.push_back({hash, static_cast<std::uint32_t>(i)});
  }
  hashes_ = {};
  // `stored` rises with the rows, and the newest comes first.
  std::sort(own_postings_.begin(), own_postings_.end(), [](const auto& a, const auto& b) {
    return a.hash != b.hash ? a.hash < b.hash : a.row > b.row;
  });
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

Result<void> AppendJob::decide_outcomes() {
  RETURN_IF_ERROR(look_up());
  std::size_t next = 0;
  outcomes_ = store::decide_outcomes(rows_, on_conflict_,
                                     [&](const Uuid&) -> std::optional<xapi::Fingerprint> {
                                       const auto& entry = entries_[next++];
                                       if (!entry || !entry->kept) return std::nullopt;
                                       return entry->fingerprint;
                                     });
  return {};
}

bool AppendJob::has_references() const {
  for (std::size_t i = 0; i < rows_.size(); ++i)
    if (outcomes_[i] == AppendOutcome::stored && (rows_[i].refers_to || entries_[i].has_value()))
      return true;
  return false;
}

Result<Job::Step> AppendJob::prepare(Group& group, StoredClock& clock) {
  if (ahead_) return write_ahead(group);
  const auto is_touched = [&](const std::string& key) { return group.touched.contains(key); };
  const auto is_held = [&](const std::string& key) { return group.held.contains(key); };
  if (std::any_of(id_keys_.begin(), id_keys_.end(), is_touched)) return Step::after_flush;
  if (!group.held.empty() && std::any_of(id_keys_.begin(), id_keys_.end(), is_held))
    return Step::later;
  if (references_ && references_->begun) return prepare_references(group, clock);
  RETURN_IF_ERROR(decide_outcomes());
  if (has_references()) return prepare_references(group, clock);
  return store(group, clock);
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
    if (work.begun) RETURN_IF_ERROR(decide_outcomes());
    if (outcomes_ == work.outcomes) break;
    references_.reset();
  }
  return store(group, clock);
}

bool AppendJob::is_voided(std::size_t index) const {
  return references_ && references_->batch->is_voided(rows_[index].id);
}

void AppendJob::add_inherited(std::size_t index, std::vector<Posting>& postings) const {
  if (!references_ || is_voided(index)) return;
  for (const auto& hash : references_->batch->inherited(rows_[index].id))
    postings.push_back({posting_key(hash, order_of(rows_[index].stored)), std::nullopt});
}

Result<Job::Step> AppendJob::store(Group& group, StoredClock& clock) {
  const bool any = std::count(outcomes_.begin(), outcomes_.end(), AppendOutcome::stored) > 0;
  if (large_ && any) return begin_ahead(group, clock);
  give_stored(clock);
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (!is_new(i)) continue;
    write_body(group, i);
    // Those of a voided row too: what is gathered must depend on the bodies alone.
    const auto mark = verb_mark(i);
    for (const auto& hash : hashes_[i])
      group.gathered.push_back({posting_key(hash, order_of(rows_[i].stored)), mark});
    add_inherited(i, group.postings);
  }
  return finish(group);
}

Result<Job::Step> AppendJob::begin_ahead(Group& group, StoredClock& clock) {
  const auto other = group.in_slices.find(target_);
  if (other != group.in_slices.end() && other->second != this) return Step::later;
  if (references_ && !references_->begun)
    RETURN_IF_ERROR(references_->batch->write_awaited(group.batch));
  give_stored(clock);
  auto& ahead = ahead_.emplace();
  ahead.rows.target = target_;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (!is_new(i)) continue;
    ahead.rows.last = rows_[i].stored;
    if (ahead.rows.first == Time{}) ahead.rows.first = rows_[i].stored;
    group.held.emplace(id_keys_[i], this);
    add_inherited(i, ahead.inherited);
  }
  std::sort(ahead.inherited.begin(), ahead.inherited.end());
  hide_from(ahead.rows.first);
  database_.rows_ahead().add(ahead.rows);
  group.batch.Put(database_.family(Family::defaults), rows_ahead_key(ahead.rows),
                  rows_ahead_value(ahead.rows));
  group.before_slices = true;
  return Step::again;  // to look up many ids has been a slice's work
}

Result<Job::Step> AppendJob::write_ahead(Group& group) {
  auto& ahead = *ahead_;
  const auto bytes_before = group.batch.GetDataSize();
  const auto postings_before = group.postings.size();
  const auto is_full = [&] {
    return group.batch.GetDataSize() - bytes_before > slices_.bytes_max ||
           group.postings.size() - postings_before >= slices_.postings_max;
  };
  for (; ahead.bodies_done < rows_.size() && !is_full(); ++ahead.bodies_done)
    if (is_new(ahead.bodies_done)) write_body(group, ahead.bodies_done);
  for (; ahead.own_done < own_postings_.size() && !is_full(); ++ahead.own_done) {
    const auto& [hash, row] = own_postings_[ahead.own_done];
    if (!is_new(row) || is_voided(row)) continue;
    group.postings.push_back({posting_key(hash, order_of(rows_[row].stored)), verb_marks_[row]});
  }
  for (; ahead.inherited_done < ahead.inherited.size() && !is_full(); ++ahead.inherited_done)
    group.postings.push_back(ahead.inherited[ahead.inherited_done]);
  if (is_full()) return Step::again;
  group.batch.Delete(database_.family(Family::defaults), rows_ahead_key(ahead.rows));
  TRY(const auto step, finish(group));
  group.alone += own_postings_.size();
  for (const auto& row : rows_) group.alone += row.json.size() / 1024;
  group.newest_alone = std::min(group.newest_alone, order_of(ahead.rows.last));
  return step;
}

Result<Job::Step> AppendJob::finish(Group& group) {
  group.after_slices |= ahead_.has_value() || (references_ && references_->begun);
  if (references_) RETURN_IF_ERROR(references_->batch->write_voided(group.batch));
  for (std::size_t i = 0; i < rows_.size(); ++i)
    if (is_new(i)) group.touched.insert(id_keys_[i]);
  for (std::size_t n = 0; n < rows_.size(); ++n) {
    const std::size_t i = large_ ? by_id_key_[n] : n;
    if (!is_new(i)) continue;
    const Row& row = rows_[i];
    group.batch.Put(database_.family(Family::ids), id_keys_[i],
                    encode_id_entry({true, row.stored, row.fingerprint}));
    if (row.refers_to) RETURN_IF_ERROR(write_reference(group, row));
  }
  return Step::prepared;
}

void AppendJob::on_written() {
  if (ahead_) database_.rows_ahead().remove(ahead_->rows);
}

void AppendJob::begin_references() {
  auto& work = references_.emplace();
  work.outcomes = outcomes_;
  std::unordered_set<Uuid> awaited;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (outcomes_[i] != AppendOutcome::stored) continue;
    work.fresh.push_back(view_of(rows_[i]));
    if (entries_[i]) awaited.insert(rows_[i].id);
  }
  work.batch = std::make_unique<ReferenceBatch>(database_, target_, work.fresh, std::move(awaited),
                                                deadline_);
}

void AppendJob::give_stored(StoredClock& clock) {
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (outcomes_[i] != AppendOutcome::stored) continue;
    Row& row = rows_[i];
    row.stored = clock.next();
    xapi::set_stored(row.json, row.stored_at, row.stored);
  }
}

std::optional<VerbMark> AppendJob::verb_mark(std::size_t index) const {
  const auto& terms = rows_[index].terms;
  const auto is_verb = [](const xapi::Term& term) { return term.kind == xapi::TermKind::verb; };
  const auto verb = std::find_if(terms.begin(), terms.end(), is_verb);
  if (rows_[index].refers_to || verb == terms.end()) return std::nullopt;
  if (std::any_of(verb + 1, terms.end(), is_verb)) return std::nullopt;
  return verb_mark_of(hashes_[index][static_cast<std::size_t>(verb - terms.begin())]);
}

void AppendJob::write_body(Group& group, std::size_t index) {
  const Row& row = rows_[index];
  const auto& packed = packed_[index];
  const auto head = encode_body_head({row.id,
                                      row.refers_to,
                                      row.voids,
                                      is_voided(index),
                                      ahead_.has_value(),
                                      packed ? dictionary_->number() : no_dictionary,
                                      {}});
  const auto key = body_key(target_, row.stored);
  const rocksdb::Slice key_part = key;
  const rocksdb::Slice value_parts[] = {head, packed ? *packed : row.json};
  group.batch.Put(database_.family(Family::bodies), rocksdb::SliceParts(&key_part, 1),
                  rocksdb::SliceParts(value_parts, 2));
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
