#pragma once

#include "store/maintenance.h"
#include "store/settings.h"

namespace lectern::store::clickhouse {

/// store::verify_beside() for ClickHouse: the tables of ours beside Ralph's. Documents and
/// attachments are elsewhere.
Result<VerifyReport> verify(const StoreSettings& settings, const std::string& target,
                            const MissingContents& missing, const OnProgress& on_progress);

}  // namespace lectern::store::clickhouse
