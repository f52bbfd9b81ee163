#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace lectern::store::elasticsearch {

/// The indices of one target. Ralph's documents lie in `statements`; the others are ours alone.
struct IndexNames {
  std::string statements;
  std::string references;  ///< who refers to whom (store/common/reference_resolver.h)
  std::string documents;
  std::string blobs;
};

/// Whether a text may name an index of statements: what Elasticsearch allows, without wildcards,
/// lists and hidden names, and none that could be one of our own beside another target.
/// Errors: invalid; the message says what is allowed.
Result<void> check_index_name(std::string_view name);

/// The index in which processes tell each other how far they are
/// (store/elasticsearch/write/writers.h).
std::string writers_index(std::string_view default_index);

/// The indices of `target`, or of the default index for "". Errors: as check_index_name().
Result<IndexNames> index_names(std::string_view default_index, std::string_view target);

}  // namespace lectern::store::elasticsearch
