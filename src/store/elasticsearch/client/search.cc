#include "store/elasticsearch/client/search.h"

#include "base/json/writer.h"

namespace lectern::store::elasticsearch {

Result<std::optional<json::Value>> hits_of(const Reply& reply) {
  if (!reply.root().find("timed_out"))
    return fail(Code::unavailable, "The database's answer was not understood",
                "_search: expected hits");
  const auto outer = reply.root().find("hits");
  return outer ? outer->find("hits") : std::nullopt;
}

std::string ids_body(std::span<const std::string> ids) {
  json::Writer json;
  json.object().key("ids").array();
  for (const auto& id : ids) json.value(id);
  return json.end().end().take();
}

}  // namespace lectern::store::elasticsearch
