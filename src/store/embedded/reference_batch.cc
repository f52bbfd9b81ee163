#include "store/embedded/reference_batch.h"

#include <algorithm>

#include "base/json.h"
#include "base/limits.h"

namespace lectern::store::embedded {
namespace {

/// The terms of a stored text, which is valid since it was accepted once.
Result<xapi::Terms> terms_of(std::string_view json) {
  TRY(const auto document, json::parse_view(json));
  return xapi::terms_of(document->root());
}

void unite(xapi::Terms& into, const xapi::Terms& more) {
  into.insert(into.end(), more.begin(), more.end());
  std::sort(into.begin(), into.end());
  into.erase(std::unique(into.begin(), into.end()), into.end());
}

}  // namespace

ReferenceBatch::ReferenceBatch(const Database& database, TargetNumber target,
                               std::span<const Row> rows)
    : database_(database), target_(target) {
  for (const Row& row : rows) {
    rows_.emplace(row.id, &row);
    if (row.refers_to) referring_.emplace(*row.refers_to, &row);
  }
}

Result<const ReferenceBatch::Stored*> ReferenceBatch::load(const Uuid& id) {
  if (const auto at = loaded_.find(id); at != loaded_.end()) return &at->second;
  TRY(const auto entry_bytes, database_.get(Family::ids, id_key(target_, id)));
  if (!entry_bytes) return nullptr;
  const auto entry = decode_id_entry(*entry_bytes);
  if (!entry) return fail(damaged("id"));
  if (!entry->kept) return nullptr;
  TRY(auto bytes, database_.get(Family::bodies, body_key(target_, entry->stored)));
  if (!bytes) return fail(damaged("body"));
  auto& stored = loaded_[id];
  stored.stored = entry->stored;
  stored.bytes = std::move(*bytes);
  const auto body = decode_body(stored.bytes);
  if (!body) return fail(damaged("body"));
  stored.body = *body;
  return &stored;
}

Result<xapi::Terms> ReferenceBatch::closure(const Uuid& id) {
  xapi::Terms all;
  std::set<Uuid> seen;
  Uuid next = id;
  while (seen.size() < limits::reference_chain_max && seen.insert(next).second) {
    TRY(const Stored* stored, load(next));
    if (stored == nullptr) break;
    TRY(const auto own, terms_of(stored->body.json));
    unite(all, seen.size() == 1 ? own : xapi::inheritable(own));
    if (!stored->body.refers_to) break;
    next = *stored->body.refers_to;
  }
  return all;
}

Result<std::optional<ReferenceAccess::Target>> ReferenceBatch::target(const Uuid& id) {
  Target target;
  if (const auto row = rows_.find(id); row != rows_.end()) {
    target = {row->second->terms, row->second->voids};
  } else {
    TRY(const Stored* stored, load(id));
    if (stored == nullptr) return std::nullopt;
    TRY(auto terms, closure(id));
    target = {std::move(terms), stored->body.voids};
  }
  if (const auto more = added_.find(id); more != added_.end())
    unite(target.terms, {more->second.begin(), more->second.end()});
  return target;
}

Result<std::vector<ReferenceAccess::Referrer>> ReferenceBatch::referrers(
    std::span<const Uuid> targets) {
  std::vector<Referrer> all;
  const std::unique_ptr<rocksdb::Iterator> at(
      database_.rocks().NewIterator({}, database_.family(Family::references)));
  for (const Uuid& id : targets) {
    const auto [first, last] = referring_.equal_range(id);
    for (auto row = first; row != last; ++row)
      all.push_back({id, row->second->id, row->second->voids});
    const auto prefix = id_key(target_, id);
    for (at->Seek(prefix); at->Valid() && at->key().starts_with(prefix); at->Next()) {
      const auto reference = decode_reference(view(at->value()));
      if (!reference) return fail(damaged("reference"));
      all.push_back({id, reference->id, reference->voids});
    }
    if (!at->status().ok()) return fail(error_of(at->status(), "reading references"));
  }
  return all;
}

Result<void> ReferenceBatch::add_terms(const Uuid& id, const xapi::Terms& terms) {
  added_[id].insert(terms.begin(), terms.end());
  return {};
}

Result<void> ReferenceBatch::mark_voided(const Uuid& id) {
  voided_.insert(id);
  return {};
}

Result<void> ReferenceBatch::write(rocksdb::WriteBatch& batch) {
  for (const auto& [id, terms] : added_) RETURN_IF_ERROR(write_added(batch, id, terms));
  for (const Uuid& id : voided_)
    if (!rows_.contains(id)) RETURN_IF_ERROR(write_voided(batch, id));
  return {};
}

Result<void> ReferenceBatch::write_added(rocksdb::WriteBatch& batch, const Uuid& id,
                                         const std::set<std::string>& terms) {
  if (is_voided(id)) return {};
  Time stored_at;
  if (const auto row = rows_.find(id); row != rows_.end()) {
    stored_at = row->second->stored;
  } else {
    TRY(const Stored* stored, load(id));
    if (stored == nullptr) return fail(damaged("reference"));
    if (stored->body.voided) return {};
    stored_at = stored->stored;
  }
  for (const auto& term : terms)
    batch.Put(database_.family(Family::postings),
              slice(posting_key(database_.hash_of(target_, term), order_of(stored_at))), {});
  return {};
}

Result<void> ReferenceBatch::write_voided(rocksdb::WriteBatch& batch, const Uuid& id) {
  TRY(const Stored* stored, load(id));
  if (stored == nullptr) return fail(damaged("reference"));
  if (stored->body.voided) return {};
  TRY(const auto terms, closure(id));
  for (const auto& term : terms)
    batch.Delete(database_.family(Family::postings),
                 slice(posting_key(database_.hash_of(target_, term), order_of(stored->stored))));
  Body body = stored->body;
  body.voided = true;
  batch.Put(database_.family(Family::bodies), body_key(target_, stored->stored),
            encode_body_head(body).append(body.json));
  return {};
}

}  // namespace lectern::store::embedded
