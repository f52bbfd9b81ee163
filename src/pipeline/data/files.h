#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace lectern::pipeline {

/// The regular files below a folder whose path fits a pattern as Python's pathlib has it (`*`, `?`,
/// `[a-z]`, `**` for folders of any depth, names with a dot in front too), sorted. Errors: invalid
/// for a pattern that is absolute or empty.
Result<std::vector<std::string>> files_matching(const std::string& folder,
                                                std::string_view pattern);

/// An entry of the history for a file: what every backend of files writes there.
struct HistoryEntry {
  std::string_view backend, action, id, filename;
  std::uint64_t size = 0;
};
/// The entry as one line of JSON.
std::string json_of(const HistoryEntry& entry);

/// The name of a file that a write names none for: `<now>-<uuid>`.
std::string fresh_file_name();

}  // namespace lectern::pipeline
