#include "store/embedded/documents.h"

#include <algorithm>

#include "store/embedded/format/values.h"

namespace lectern::store::embedded {

Result<std::vector<std::optional<Document>>> EmbeddedDocuments::get_many(
    const Context& context, std::span<const DocumentKey> keys, Freshness) {
  std::vector<std::optional<Document>> all(keys.size());
  const auto target = engine_->database->find_target(context.target);
  if (!target) return all;
  return engine_->read(context.deadline, [&]() -> Result<std::vector<std::optional<Document>>> {
    // Held while reading alone: what comes of it is for the caller to bound.
    if (!reads_.try_acquire_until(context.deadline))
      return fail(Code::unavailable, "The store is busy", "a document was not read in time");
    const std::unique_ptr<Reads, void (*)(Reads*)> turn(&reads_,
                                                        [](Reads* reads) { reads->release(); });
    for (std::size_t i = 0; i < keys.size(); ++i) {
      rocksdb::PinnableSlice bytes;
      TRY(const bool found,
          engine_->database->get(Family::documents, document_key(*target, keys[i]), bytes));
      if (!found) continue;
      all[i] = decode_document({bytes.data(), bytes.size()});
      if (!all[i]) return fail(damaged("document"));
    }
    return std::move(all);
  });
}

Result<std::vector<bool>> EmbeddedDocuments::put_many(const Context& context,
                                                      std::span<const DocumentWrite> writes) {
  if (writes.empty()) return std::vector<bool>{};
  TRY(const auto target, engine_->database->make_target(context.target));
  std::vector<DocumentChange> changes;
  for (const auto& write : writes)
    changes.push_back({document_key(target, write.key), write.expect, &write.document});
  ChangeDocuments job(*engine_->database, std::move(changes));
  RETURN_IF_ERROR(engine_->committer.run(job, target, context.deadline));
  return std::move(job.made());
}

Result<bool> EmbeddedDocuments::erase(const Context& context, const DocumentKey& key,
                                      const Expect& expect) {
  TRY(const auto target, engine_->database->make_target(context.target));
  ChangeDocuments job(*engine_->database, {{document_key(target, key), expect, nullptr}});
  RETURN_IF_ERROR(engine_->committer.run(job, target, context.deadline));
  return job.made().front();
}

Result<std::vector<DocumentName>> EmbeddedDocuments::list(const Context& context,
                                                          const DocumentSpace& space,
                                                          std::optional<Time> since) {
  return engine_->read(context.deadline, [&] { return list_now(context, space, since); });
}

Result<std::vector<DocumentName>> EmbeddedDocuments::list_now(const Context& context,
                                                              const DocumentSpace& space,
                                                              std::optional<Time> since) {
  std::vector<DocumentName> names;
  const auto target = engine_->database->find_target(context.target);
  if (!target) return names;
  const auto prefix = document_prefix(*target, space);
  const std::unique_ptr<rocksdb::Iterator> at(
      engine_->database->rocks().NewIterator({}, engine_->database->family(Family::documents)));
  for (at->Seek(prefix); at->Valid() && at->key().starts_with(prefix); at->Next()) {
    const auto document = decode_document(view(at->value()), false);
    DocumentName name;
    if (!document || !decode_document_key(view(at->key()), name.registration, name.id))
      return fail(damaged("document"));
    name.updated = document->updated;
    if (!since || name.updated > *since) names.push_back(std::move(name));
  }
  if (!at->status().ok()) return fail(error_of(at->status(), "listing documents"));
  return names;
}

Result<void> EmbeddedDocuments::erase_all(const Context& context, const DocumentSpace& space) {
  const auto target = engine_->database->find_target(context.target);
  if (!target) return {};
  EraseSpace job(*engine_->database, document_prefix(*target, space));
  return engine_->committer.run(job, *target, context.deadline);
}

}  // namespace lectern::store::embedded
