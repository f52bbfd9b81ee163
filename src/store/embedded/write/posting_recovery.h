#pragma once

#include "store/embedded/database.h"

namespace lectern::store::embedded {

/// Adds to the buffer, from their texts, the own postings of a target's statements that are newer
/// than `covered`, an order. What cannot be read is noticed as damage, and left out.
Result<void> gather_postings(const Database& database, TargetNumber target, std::uint64_t covered,
                             PostingBuffer& buffer);

}  // namespace lectern::store::embedded
