#include "store/embedded/write/document_jobs.h"

#include <algorithm>

#include "store/embedded/format/values.h"

namespace lectern::store::embedded {

Result<bool> ChangeDocuments::holds(const DocumentChange& change) const {
  if (change.expect.kind == Expect::Kind::anything) return true;
  TRY(const auto bytes, database_.get(Family::documents, change.key));
  if (change.expect.kind == Expect::Kind::absent) return !bytes;
  if (!bytes) return false;
  const auto document = decode_document(*bytes, false);
  if (!document) return fail(damaged("document"));
  return document->etag == change.expect.etag;
}

Result<Job::Step> ChangeDocuments::prepare(Group& group, StoredClock&) {
  const auto is_touched = [&](const DocumentChange& change) {
    return group.touched.contains(change.key);
  };
  if (std::any_of(changes_.begin(), changes_.end(), is_touched)) return Step::after_flush;
  made_.clear();
  auto* documents = database_.family(Family::documents);
  for (const auto& change : changes_) {
    TRY(const bool holds, this->holds(change));
    made_.push_back(holds);
    if (!holds) continue;
    group.touched.insert(change.key);
    if (change.document == nullptr) {
      group.batch.Delete(documents, change.key);
      continue;
    }
    const auto head = encode_document_head(*change.document);
    const rocksdb::Slice key = change.key;
    const rocksdb::Slice value[] = {head, change.document->bytes};
    group.batch.Put(documents, rocksdb::SliceParts(&key, 1), rocksdb::SliceParts(value, 2));
  }
  return Step::prepared;
}

Result<Job::Step> PutBlobEntries::prepare(Group& group, StoredClock&) {
  for (const auto& [key, value] : entries_)
    group.batch.Put(database_.family(Family::blobs), key, value);
  return Step::prepared;
}

Result<Job::Step> EraseSpace::prepare(Group& group, StoredClock&) {
  if (!group.empty()) return Step::after_flush;
  auto* documents = database_.family(Family::documents);
  const std::unique_ptr<rocksdb::Iterator> at(database_.rocks().NewIterator({}, documents));
  for (at->Seek(prefix_); at->Valid() && at->key().starts_with(prefix_); at->Next()) {
    group.batch.Delete(documents, at->key());
    group.touched.insert(at->key().ToString());
  }
  if (!at->status().ok()) return fail(error_of(at->status(), "erasing documents"));
  return Step::prepared;
}

}  // namespace lectern::store::embedded
