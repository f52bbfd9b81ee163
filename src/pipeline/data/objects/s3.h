#pragma once

#include <memory>
#include <span>

#include "base/result.h"
#include "pipeline/data/backend.h"

/// Objects in buckets of S3 and of what speaks like it. A query names an object, a target the
/// bucket, or, of a write, `bucket/object` or an object of the default bucket.
namespace lectern::pipeline::s3 {

/// Those of Ralph.
std::span<const DataSetting> settings();

/// Reads one object. Errors: invalid for settings that cannot be used.
Result<std::unique_ptr<Source>> open_source(const OpenContext& context);
/// Writes one object, which must not be there. Errors: as above.
Result<std::unique_ptr<Sink>> open_sink(const OpenContext& context);
/// Lists the objects of a bucket. Errors: as above.
Result<std::unique_ptr<Listing>> open_listing(const OpenContext& context);

}  // namespace lectern::pipeline::s3
