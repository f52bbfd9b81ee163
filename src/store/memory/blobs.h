#pragma once

#include <map>
#include <utility>

#include "base/concurrency/mutex.h"
#include "store/blob_store.h"

namespace lectern::store::memory {

/// Attachments in this process's memory, gone with it.
class MemoryBlobs : public BlobStore {
 public:
  Result<void> put(const Context& context, std::span<const Blob> blobs) override;
  Result<std::optional<std::uint64_t>> size(const Context& context, std::string_view sha2) override;
  Result<std::string> read(const Context& context, std::string_view sha2, std::uint64_t offset,
                           std::size_t bytes_max) override;

 private:
  Mutex mutex_;
  // By target and sha2:
  std::map<std::pair<std::string, std::string>, std::string> blobs_ GUARDED_BY(mutex_);
};

}  // namespace lectern::store::memory
