#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/descriptor.h"
#include "base/result.h"

namespace lectern::cli {

/// How far the exports into a file have come, kept beside it as `FILE.cursor`, so that the next run
/// goes on there.
struct ExportPlace {
  std::string question;     ///< what was asked: another one begins anew elsewhere
  std::string through;      ///< all that was stored up to this instant is taken; "": nothing yet
  std::string after;        ///< of a run that has not ended: the last statement of its whole files
  std::uint64_t files = 0;  ///< that are there
};

/// Holds the place beside `path` until the object's end, by a lock on `FILE.lock`, which stays: two
/// runs would write into one part. Errors: invalid, another run holds it; internal.
Result<std::unique_ptr<Descriptor>> hold_place(const std::string& path);
/// The place that is kept beside `path`; nothing where none is. Errors: invalid, it cannot be read.
Result<std::optional<ExportPlace>> read_place(const std::string& path);
/// Keeps the place: the file is replaced at once, and is on the disk then. Errors: internal.
Result<void> keep_place(const std::string& path, const ExportPlace& place);

}  // namespace lectern::cli
