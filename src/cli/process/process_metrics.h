#pragma once

#include <string>

#include "base/metrics.h"

namespace lectern::cli {

/// Lets the registry tell what Prometheus' own clients tell of a process (process_..., read from
/// /proc whenever it is asked), and lectern_build_info. Nothing of it throws; what cannot be read
/// is 0.
void watch_process(metrics::Registry& registry);

/// Lets it tell the bytes of the files in a folder, as lectern_store_bytes. They are counted anew
/// each time: some hundred files for an embedded store.
void watch_folder(metrics::Registry& registry, const std::string& folder);

}  // namespace lectern::cli
