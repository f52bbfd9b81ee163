#pragma once

#include <string>
#include <string_view>

#include "store/elasticsearch/client/cluster.h"
#include "store/elasticsearch/schema/index_names.h"

/// How the indices are laid out. A document of the index of statements is
///
///   { <the statement, as Ralph has it>, "lectern": { stored, id_high, id_low, terms, hash, ... } }
///
/// where `lectern` is indexed but kept out of `_source` if the index can still be told so, that is
/// while it holds nothing. Keys that are not named here are stored and not looked at, so that no
/// key and no number of keys can make a document be refused.
namespace lectern::store::elasticsearch {

/// How an index keeps the exact text of its statements; fixed when Lectern first comes to it.
enum class Layout {
  plain,   ///< as `lectern.text`: an index that held documents before, so `_source` shows `lectern`
  packed,  ///< as `lectern.packed` (packed_text.h), or as `lectern.text` where that is not possible
};

/// An index of statements.
struct StatementIndex {
  std::string name;
  Layout layout;
};

/// Makes the index of statements, or gives one that exists what it lacks. Idempotent; several
/// processes may do it at once. Errors: internal, also for a layout of a Lectern that is newer.
Result<Layout> prepare_statements(Cluster& cluster, const std::string& index, Deadline deadline);

/// Whether an index is there.
Result<bool> is_there(Cluster& cluster, const std::string& index, Deadline deadline);

/// Makes the index of references if it is not there; the same for the next three.
Result<void> prepare_references(Cluster& cluster, const std::string& index, Deadline deadline);
Result<void> prepare_writers(Cluster& cluster, const std::string& index, Deadline deadline);
Result<void> prepare_documents(Cluster& cluster, const std::string& index, Deadline deadline);
Result<void> prepare_blobs(Cluster& cluster, const std::string& index, Deadline deadline);

}  // namespace lectern::store::elasticsearch
