#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "store/document_store.h"
#include "store/elasticsearch/client/bulk.h"
#include "store/elasticsearch/client/bulk_batcher.h"
#include "store/elasticsearch/documents/known_documents.h"
#include "store/elasticsearch/schema/index_names.h"

namespace lectern::store::elasticsearch {

/// The names of the hashes of store/elasticsearch/documents.h, in hex.
std::string key_hash(const DocumentKey& key);
std::string space_hash(DocumentKind kind, const std::string& owner,
                       const std::string& registration);
std::string owner_hash(DocumentKind kind, const std::string& owner);

/// A document as the index has it.
struct KeptDocument {
  Document document;
  DocumentKey key;  ///< without its kind and owner
  Version version;
  std::string write;  ///< tells its write from every other one
};

/// The document of the index on one line, and back from a `_source`; parts that were not asked for
/// stay empty.
void append_document(std::string& lines, const DocumentKey& key, const Document& document,
                     const Uuid& write);
KeptDocument read_document(json::Value source);

/// The documents of these keys in real time, in their order, with the fields named in `includes`
/// ("" for all).
Result<std::vector<std::optional<KeptDocument>>> look_up_documents(
    Cluster& cluster, std::string_view index, std::span<const std::string> keys,
    std::string_view includes, Deadline deadline);

/// Memory for the documents of one target that were in use lately.
inline constexpr std::size_t known_bytes_max = 16UL * 1024 * 1024;

/// One target's index of documents in use.
struct DocumentIndex {
  DocumentIndex(Cluster& cluster, IndexNames its_names)
      : names(std::move(its_names)), bulk(cluster, names.documents, "") {}

  const IndexNames names;
  KnownDocuments known{known_bytes_max};
  BulkBatcher bulk;
};

/// DocumentStore::put_many() in one place.
Result<std::vector<bool>> write_documents(Cluster& cluster, DocumentIndex& target,
                                          std::span<const DocumentWrite> writes, Deadline deadline);

}  // namespace lectern::store::elasticsearch
