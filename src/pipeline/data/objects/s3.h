#pragma once

#include <memory>
#include <span>

#include "base/result.h"
#include "pipeline/data/objects/object_store.h"

/// Objects in buckets of S3 and of what speaks like it. A query names an object, a target the
/// bucket, or, of a write, `bucket/object` or an object of the default bucket.
namespace lectern::pipeline::s3 {

/// Those of Ralph.
std::span<const DataSetting> settings();

/// The store that the settings name. Errors: invalid for settings that cannot be used.
Result<std::unique_ptr<objects::ObjectStore>> open_store(const OpenContext& context);

}  // namespace lectern::pipeline::s3
