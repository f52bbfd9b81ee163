#include "store/embedded/write/references.h"

#include <algorithm>

#include "base/json/json.h"
#include "base/limits.h"

namespace lectern::store::embedded {
namespace {

/// A slice ends when it has written so much or taken so long, whichever comes first.
constexpr std::uint32_t slice_writes_max = 8'192;
constexpr std::chrono::milliseconds slice_time_max{20};

/// The terms of a stored text, which is valid since it was accepted once.
Result<xapi::Terms> terms_of(std::string_view json) {
  TRY(const auto document, json::parse_view(json));
  return xapi::terms_of(document->root());
}

}  // namespace

ReferenceBatch::ReferenceBatch(const Database& database, TargetNumber target,
                               std::span<const ReferenceNodeView> rows,
                               std::unordered_set<Uuid> awaited, Deadline deadline)
    : database_(database),
      target_(target),
      rows_(rows),
      awaited_(std::move(awaited)),
      resolver_(rows, deadline) {
  for (const auto& row : rows) ids_.insert(row.id);
}

Result<bool> ReferenceBatch::work(rocksdb::WriteBatch& batch) {
  batch_ = &batch;
  const auto begun = std::chrono::steady_clock::now();
  const auto is_full = [&] {
    return batch.Count() > slice_writes_max ||
           std::chrono::steady_clock::now() - begun > slice_time_max;
  };
  do {
    TRY(const bool done, resolver_.step(*this));
    if (done) return true;
  } while (!is_full());
  return false;
}

Result<void> ReferenceBatch::write_awaited(rocksdb::WriteBatch& batch) const {
  for (const auto& row : rows_) {
    if (!row.refers_to) continue;
    const auto key = id_key(target_, *row.refers_to);
    TRY(const auto entry, database_.get(Family::ids, key));
    if (!entry) batch.Put(database_.family(Family::ids), key, encode_id_entry({}));
  }
  return {};
}

Result<std::unique_ptr<ReferenceBatch::Stored>> ReferenceBatch::load(const Uuid& id) const {
  TRY(const auto entry_bytes, database_.get(Family::ids, id_key(target_, id)));
  if (!entry_bytes) return nullptr;
  const auto entry = decode_id_entry(*entry_bytes);
  if (!entry) return fail(damaged("id"));
  if (!entry->kept) return nullptr;
  TRY(auto bytes, database_.get(Family::bodies, body_key(target_, entry->stored)));
  if (!bytes) return fail(damaged("body"));
  auto stored = std::make_unique<Stored>();
  stored->stored = entry->stored;
  stored->bytes = std::move(*bytes);
  TRY(stored->body, database_.read_body(stored->bytes, stored->stored, stored->unpacked));
  return stored;
}

Result<std::vector<ReferenceNode>> ReferenceBatch::targets(std::span<const Uuid> ids) {
  std::vector<ReferenceNode> all;
  for (const Uuid& id : ids) {
    TRY(const auto stored, load(id));
    if (!stored) continue;
    TRY(const auto own, terms_of(stored->body.text));
    auto terms = xapi::inheritable(own);
    // One too many tells that they are too many.
    terms.resize(std::min(terms.size(), limits::inherited_terms_max + 1));
    all.push_back({id, std::move(terms), stored->body.refers_to, stored->body.voids});
  }
  return all;
}

Result<ReferenceAccess::Referrers> ReferenceBatch::referrers(std::span<const Uuid> targets,
                                                             const std::optional<Referrer>& after) {
  found_at_.clear();
  Referrers page;
  const std::unique_ptr<rocksdb::Iterator> at(
      database_.rocks().NewIterator({}, database_.family(Family::references)));
  auto target = targets.begin();
  if (after) target = std::find(targets.begin(), targets.end(), after->target);
  for (bool first = after.has_value(); target != targets.end(); ++target, first = false) {
    if (ids_.contains(*target) && !awaited_.contains(*target)) continue;
    const auto prefix = id_key(target_, *target);
    at->Seek(first ? reference_key(target_, *target, after->stored) : prefix);
    if (first && at->Valid()) at->Next();
    for (; at->Valid() && at->key().starts_with(prefix); at->Next()) {
      if (page.found.size() == limits::references_of_piece_max) {
        page.more = true;
        return page;
      }
      const auto reference = decode_reference(view(at->value()));
      std::uint64_t order = 0;
      if (!reference || !decode_order(view(at->key()), order)) return fail(damaged("reference"));
      page.found.push_back({*target, reference->id, reference->voids, stored_of(order)});
      found_at_.emplace(reference->id, stored_of(order));
    }
    if (!at->status().ok()) return fail(error_of(at->status(), "reading references"));
  }
  return page;
}

Result<void> ReferenceBatch::add_terms(std::span<const Uuid> ids, const xapi::Terms& terms) {
  if (terms.size() == 1 && terms.front() == inherits_more) database_.note_marked();
  std::vector<TermHash> hashes;
  for (const auto& term : terms) hashes.push_back(database_.hash_of(target_, term));
  std::sort(hashes.begin(), hashes.end());
  const auto shared = std::make_shared<const std::vector<TermHash>>(hashes);
  for (const Uuid& id : ids)
    if (ids_.contains(id)) inherited_[id] = shared;
  for (const auto& hash : hashes) {
    for (const Uuid& id : ids) {
      const auto at = found_at_.find(id);
      if (ids_.contains(id) || at == found_at_.end()) continue;
      batch_->Put(database_.family(Family::postings),
                  slice(posting_key(hash, order_of(at->second))), {});
    }
  }
  return {};
}

Result<void> ReferenceBatch::mark_voided(const Uuid& id) {
  voided_.insert(id);
  return {};
}

std::span<const TermHash> ReferenceBatch::inherited(const Uuid& id) const {
  const auto at = inherited_.find(id);
  return at == inherited_.end() ? std::span<const TermHash>() : std::span(*at->second);
}

Result<void> ReferenceBatch::write_voided(rocksdb::WriteBatch& batch) const {
  for (const Uuid& id : voided_)
    if (!ids_.contains(id)) RETURN_IF_ERROR(write_voided(batch, id));
  return {};
}

Result<void> ReferenceBatch::write_voided(rocksdb::WriteBatch& batch, const Uuid& id) const {
  TRY(const auto stored, load(id));
  if (!stored) return fail(damaged("reference"));
  if (stored->body.voided) return {};
  TRY(const auto terms, terms_of(stored->body.text));
  const auto order = order_of(stored->stored);
  const auto take_away = [&](const xapi::Term& term) {
    batch.Delete(database_.family(Family::postings),
                 slice(posting_key(database_.hash_of(target_, term), order)));
  };
  for (const auto& term : terms) take_away(term);
  // What it inherited may stay: its body tells those who walk by.
  if (stored->body.refers_to) take_away(inherits_more);
  set_voided(stored->bytes);
  batch.Put(database_.family(Family::bodies), body_key(target_, stored->stored), stored->bytes);
  return {};
}

}  // namespace lectern::store::embedded
