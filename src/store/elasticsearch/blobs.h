#pragma once

#include "store/blob_store.h"
#include "store/common/per_target.h"
#include "store/elasticsearch/client/cluster.h"
#include "store/elasticsearch/schema/index_names.h"
#include "store/elasticsearch/settings.h"

namespace lectern::store::elasticsearch {

/// Attachments in the index `<target>-lectern-blobs`. A document there is
///
///   _id = sha2           ; { size }     ; written last: then the content is there whole
///   _id = sha2 ":" piece ; { bytes }    ; base64 of 1 MiB, the last one of the rest
class ElasticsearchBlobs : public BlobStore {
 public:
  /// `cluster` and `settings` must outlive it.
  ElasticsearchBlobs(Cluster& cluster, const ElasticsearchSettings& settings)
      : cluster_(cluster), settings_(settings) {}

  Result<void> put(const Context& context, std::span<const Blob> blobs) override;
  Result<std::optional<std::uint64_t>> size(const Context& context, std::string_view sha2) override;
  Result<std::string> read(const Context& context, std::string_view sha2, std::uint64_t offset,
                           std::size_t bytes_max) override;

 private:
  Result<std::string*> index_of(const Context& context);

  Cluster& cluster_;
  const ElasticsearchSettings& settings_;
  PerTarget<std::string> ready_;
};

}  // namespace lectern::store::elasticsearch
