#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/blob_store.h"
#include "store/settings.h"

namespace lectern::store {

/// The attachments of a backend that cannot hold them, opened where open_stores() opens them.
/// Errors: those of open_stores(); unavailable too while a server owns the folder.
Result<std::unique_ptr<BlobStore>> open_blobs_beside(const StoreSettings& settings);

/// Of the contents with these hashes of a target, those that are not kept. Errors: unavailable.
Result<std::vector<std::string>> missing_contents(BlobStore& blobs, const std::string& target,
                                                  const std::vector<std::string>& sha2);

}  // namespace lectern::store
