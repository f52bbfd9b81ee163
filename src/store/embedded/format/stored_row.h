#pragma once

#include <optional>
#include <vector>

#include "store/embedded/database.h"
#include "store/embedded/format/values.h"
#include "store/statement_store.h"

namespace lectern::store::embedded {

/// The row that a body came from, as Database::read_body() gives it. Errors: invalid,
/// saying what of the text cannot be, or differs from the body's own fields or its place.
Result<Row> row_of_body(const Body& body, Time stored);

/// Whether an id's entry is that of the row. A timestamp that the LRS gave is in no fingerprint.
bool is_entry_of(const IdEntry& entry, const Row& row);

/// The postings of a row's own terms, each with its value.
struct ExpectedPosting {
  PostingKey key;
  std::optional<VerbMark> mark;
};
/// The postings that a row must have for its own terms.
std::vector<ExpectedPosting> own_postings(const Database& database, TargetNumber target,
                                          const Row& row);

}  // namespace lectern::store::embedded
