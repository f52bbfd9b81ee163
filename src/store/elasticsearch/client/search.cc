#include "store/elasticsearch/client/search.h"

namespace lectern::store::elasticsearch {

Result<std::optional<json::Value>> hits_of(const Reply& reply) {
  if (!reply.root().find("timed_out"))
    return fail(Code::unavailable, "The database's answer was not understood",
                "_search: expected hits");
  const auto outer = reply.root().find("hits");
  return outer ? outer->find("hits") : std::nullopt;
}

}  // namespace lectern::store::elasticsearch
