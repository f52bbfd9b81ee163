#pragma once

#include "store/common/per_target.h"
#include "store/document_store.h"
#include "store/elasticsearch/client/bulk.h"
#include "store/elasticsearch/documents/document_writes.h"
#include "store/elasticsearch/schema/index_names.h"

namespace lectern::store::elasticsearch {

/// State and profiles in the index `<target>-lectern-documents`, attachments in
/// `<target>-lectern-blobs`. A document of the first is
///
///   _id = key ; { key, space, owner, registration, id, content_type, etag, updated, write, bytes }
///   key   = SHA-256 of kind, owner, registration and id
///   space = SHA-256 of kind, owner and registration ; owner = SHA-256 of kind and owner
///
/// with the texts of the client in base64, since any bytes may stand in them; and of the second
///
///   _id = sha2           ; { size }     ; written last: then the content is there whole
///   _id = sha2 ":" piece ; { bytes }    ; base64 of 1 MiB, the last one of the rest
class Documents : public DocumentStore {
 public:
  /// `cluster` and `settings` must outlive it.
  Documents(Cluster& cluster, const ElasticsearchSettings& settings)
      : cluster_(cluster), settings_(settings) {}

  Result<std::optional<Document>> get(const Context& context, const DocumentKey& key) override;
  Result<std::vector<std::optional<Document>>> get_all(const Context& context,
                                                       std::span<const DocumentKey> keys) override;
  Result<std::vector<std::optional<Document>>> recall_all(
      const Context& context, std::span<const DocumentKey> keys) override;
  bool prefers_few_callers() const override { return true; }
  Result<bool> put(const Context& context, const DocumentKey& key, const Document& document,
                   const Expect& expect) override;
  Result<std::vector<bool>> put_all(const Context& context,
                                    std::span<const DocumentWrite> writes) override;
  Result<bool> erase(const Context& context, const DocumentKey& key, const Expect& expect) override;
  Result<std::vector<DocumentName>> list(const Context& context, const DocumentSpace& space,
                                         std::optional<Time> since) override;
  Result<void> erase_all(const Context& context, const DocumentSpace& space) override;

  Result<void> put_blobs(const Context& context, std::span<const Blob> blobs) override;
  Result<std::optional<std::uint64_t>> blob_size(const Context& context,
                                                 std::string_view sha2) override;
  Result<std::string> read_blob(const Context& context, std::string_view sha2, std::uint64_t offset,
                                std::size_t bytes_max) override;

 private:
  struct Listed {
    std::string key;
    DocumentName name;
  };

  Result<DocumentIndex*> index_of(const Context& context);
  Result<std::string*> blobs_of(const Context& context);
  Result<std::vector<Listed>> search(const Context& context, const IndexNames& names,
                                     const DocumentSpace& space, std::optional<Time> since);

  Cluster& cluster_;
  const ElasticsearchSettings& settings_;
  PerTarget<DocumentIndex> ready_;
  PerTarget<std::string> ready_blobs_;
};

}  // namespace lectern::store::elasticsearch
