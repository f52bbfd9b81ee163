#pragma once

#include <optional>
#include <string>

#include <rocksdb/env.h>

#include "base/result.h"
#include "store/embedded/write/durable_note.h"

namespace lectern::store::embedded {

/// Looks into a folder before RocksDB opens it for writing, which would delete every file that a
/// damaged MANIFEST no longer names, and go on from where a damaged log stops. Changes nothing.
///
/// Errors: internal, saying which file is damaged and what to do, where the folder holds less than
/// `note` says; or, without a note, files but no sign of what they belong to.
Result<void> check_before_opening(rocksdb::Env& env, const std::string& folder,
                                  const std::optional<Note>& note);

/// The Error of a damaged folder: `what` is wrong, and what an operator can do.
Error damaged_folder(const std::string& folder, const std::string& what);

}  // namespace lectern::store::embedded
