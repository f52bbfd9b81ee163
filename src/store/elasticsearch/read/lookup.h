#pragma once

#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "store/elasticsearch/schema/statement_document.h"

namespace lectern::store::elasticsearch {

/// The most bytes of an answer with the texts of so many statements. What would have more is asked
/// for in smaller slices; the answer about a single one may have any size.
std::size_t slice_bytes_max(std::size_t statements);

/// The statements under these ids, in real time. Those that another program wrote and nobody
/// migrated yet are read as from_foreign() does; those that cannot be read so are left out. Once
/// their texts have `bytes_max` bytes, so may others be.
Result<std::vector<StatementDocument>> look_up(Cluster& cluster, const StatementIndex& index,
                                               std::span<const Uuid> ids, Deadline deadline,
                                               std::size_t bytes_max = SIZE_MAX);

/// What look_up_texts() answers.
struct TextsRead {
  std::vector<StoredStatement> rows;  ///< in no order
  std::size_t ids = 0;                ///< which were looked at, from the first one on
};

/// The rows of the statements under these ids, in real time; those of other programs are left out.
/// It ends once their texts have `bytes_max` bytes. Asks for `ids_at_once` at a time, which falls
/// when they have many bytes.
Result<TextsRead> look_up_texts(Cluster& cluster, const StatementIndex& index,
                                std::span<const Uuid> ids, std::size_t bytes_max,
                                std::size_t& ids_at_once, Deadline deadline);

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
