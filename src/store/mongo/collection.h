#pragma once

#include <string>

namespace lectern::store::mongo {

/// Where a call's data is.
struct Collection {
  std::string collection;  ///< of statements; ours beside it begin with it and ".lectern."
  /// Two rows may not have the same `_source.id` text: so it is unless Ralph left some that do.
  bool source_ids_unique = true;

  std::string documents() const { return collection + ".lectern.documents"; }
  std::string blobs() const { return collection + ".lectern.blobs"; }
};

}  // namespace lectern::store::mongo
