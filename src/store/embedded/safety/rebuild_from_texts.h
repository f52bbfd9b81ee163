#pragma once

#include <string>
#include <vector>

#include "store/embedded/database.h"
#include "store/maintenance.h"

namespace lectern::store::embedded {

/// What was saved from a damaged folder.
struct Rescued {
  std::uint64_t statements = 0;
  std::uint64_t documents = 0;
  std::uint64_t attachments = 0;
  std::vector<std::string> lost;  ///< a line each
  std::string kept_in;            ///< the folder as it was
};

/// Builds the store of a folder anew from its texts: ids, fingerprints, references and postings are
/// derived again, documents and attachments copied. The new store takes the folder's place at once;
/// the old one stays beside it, whole. Needs room for both, and that no process has it open.
/// Errors: unavailable when another process owns the folder; internal when nothing can be read.
Result<Rescued> rescue(const std::string& folder, const OnProgress& on_progress);

}  // namespace lectern::store::embedded
