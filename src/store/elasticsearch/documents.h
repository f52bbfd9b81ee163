#pragma once

#include "store/common/per_target.h"
#include "store/document_store.h"
#include "store/elasticsearch/client/bulk.h"
#include "store/elasticsearch/documents/document_writes.h"
#include "store/elasticsearch/schema/index_names.h"

namespace lectern::store::elasticsearch {

/// State and profiles in the index `<target>-lectern-documents`. A document there is
///
///   _id = key ; { key, space, owner, registration, id, content_type, etag, updated, write, bytes }
///   key   = SHA-256 of kind, owner, registration and id
///   space = SHA-256 of kind, owner and registration ; owner = SHA-256 of kind and owner
///
/// with the texts of the client in base64, since any bytes may stand in them.
class ElasticsearchDocuments : public DocumentStore {
 public:
  /// `cluster` and `settings` must outlive it.
  ElasticsearchDocuments(Cluster& cluster, const ElasticsearchSettings& settings)
      : cluster_(cluster), settings_(settings) {}

  Result<std::vector<std::optional<Document>>> get_many(const Context& context,
                                                        std::span<const DocumentKey> keys,
                                                        Freshness freshness) override;
  Result<std::vector<bool>> put_many(const Context& context,
                                     std::span<const DocumentWrite> writes) override;
  Result<bool> erase(const Context& context, const DocumentKey& key, const Expect& expect) override;
  Result<std::vector<DocumentName>> list(const Context& context, const DocumentSpace& space,
                                         std::optional<Time> since) override;
  Result<void> erase_all(const Context& context, const DocumentSpace& space) override;

 private:
  struct Listed {
    std::string key;
    DocumentName name;
  };

  Result<DocumentIndex*> index_of(const Context& context);
  Result<std::vector<std::optional<Document>>> look_up(const Context& context,
                                                       DocumentIndex& target,
                                                       std::span<const DocumentKey> keys);
  Result<std::vector<Listed>> search(const Context& context, const IndexNames& names,
                                     const DocumentSpace& space, std::optional<Time> since);

  Cluster& cluster_;
  const ElasticsearchSettings& settings_;
  PerTarget<DocumentIndex> ready_;
};

}  // namespace lectern::store::elasticsearch
