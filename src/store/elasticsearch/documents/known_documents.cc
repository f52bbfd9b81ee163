#include "store/elasticsearch/documents/known_documents.h"

namespace lectern::store::elasticsearch {
namespace {

constexpr std::size_t document_bytes_max = 64UL * 1024;
constexpr std::size_t entry_bytes = 300;  // of the maps, the hash and the etag

}  // namespace

void KnownDocuments::note(const std::string& key, DocumentKind kind, const Document& document,
                          const Version& version) {
  const bool learned = kind == DocumentKind::activity_definition || kind == DocumentKind::person;
  Known known{{}, learned && document.bytes.size() <= document_bytes_max, version};
  if (known.whole)
    known.document = document;
  else
    known.document.etag = document.etag;
  const std::size_t bytes = entry_bytes + known.document.bytes.size();
  const MutexLock lock(mutex_);
  older_.erase(key);
  newer_[key] = std::move(known);
  newer_bytes_ += bytes;  // one that is noted again counts twice: then it is rather forgotten
  if (newer_bytes_ <= bytes_max_ / 2) return;
  older_ = std::exchange(newer_, {});
  newer_bytes_ = 0;
}

void KnownDocuments::forget(const std::string& key) {
  const MutexLock lock(mutex_);
  newer_.erase(key);
  older_.erase(key);
}

std::optional<Version> KnownDocuments::version(const std::string& key, std::string_view etag) {
  const MutexLock lock(mutex_);
  const Known* const known = find_locked(key);
  if (known == nullptr || known->document.etag != etag) return std::nullopt;
  return known->version;
}

std::optional<Document> KnownDocuments::recall(const std::string& key) {
  const MutexLock lock(mutex_);
  const Known* const known = find_locked(key);
  return known != nullptr && known->whole ? std::optional(known->document) : std::nullopt;
}

const KnownDocuments::Known* KnownDocuments::find_locked(const std::string& key) const {
  for (const Generation* generation : {&newer_, &older_})
    if (const auto there = generation->find(key); there != generation->end()) return &there->second;
  return nullptr;
}

}  // namespace lectern::store::elasticsearch
