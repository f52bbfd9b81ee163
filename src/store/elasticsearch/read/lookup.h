#pragma once

#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "store/elasticsearch/schema/statement_document.h"

namespace lectern::store::elasticsearch {

/// The statements under these ids, in real time. Those that another program wrote and nobody
/// migrated yet are read as from_foreign() does; those that cannot be read so are left out.
Result<std::vector<StatementDocument>> look_up(Cluster& cluster, const StatementIndex& index,
                                               std::span<const Uuid> ids, Deadline deadline);

/// The rows of the statements under these ids, in real time and no order; those of other programs
/// are left out.
Result<std::vector<Listed>> look_up_texts(Cluster& cluster, const StatementIndex& index,
                                          std::span<const Uuid> ids, Deadline deadline);

/// The ids among `ids` under which an index holds a document, in real time.
Result<std::vector<std::string>> existing(Cluster& cluster, std::string_view index,
                                          std::span<const std::string> ids, Deadline deadline);

/// As existing(), but as of the last refresh of the index, and for a fraction of its price.
Result<std::vector<std::string>> existing_at_refresh(Cluster& cluster, std::string_view index,
                                                     std::span<const std::string> ids,
                                                     Deadline deadline);

/// Writes a document again if it is still the version that was read. False: it is not.
Result<bool> write_again(Cluster& cluster, const StatementIndex& index, std::string_view refresh,
                         const StatementDocument& kept, Deadline deadline);

}  // namespace lectern::store::elasticsearch
