#pragma once

#include "store/embedded/database.h"

namespace lectern::store::embedded {

/// Adds to the buffer, from their texts, the own postings of a target's statements that are newer
/// than `covered`, an order. What is damaged is noticed, and left out. Errors: unavailable where
/// reading fails otherwise; some may have been added.
Result<void> gather_postings(const Database& database, TargetNumber target, std::uint64_t covered,
                             PostingBuffer& buffer);

}  // namespace lectern::store::embedded
