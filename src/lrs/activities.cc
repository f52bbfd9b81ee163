#include "lrs/activities.h"

#include "base/json.h"
#include "lrs/learned.h"

namespace lectern::lrs {

Result<std::string> activity_of(Lrs& lrs, const auth::Principal& principal, std::string_view id) {
  TRY(const auto definition, lrs.documents.get(lrs.context(principal), definition_key(id)));
  std::string out = R"({"objectType":"Activity","id":)" + json::quoted(id);
  if (definition) out += ",\"definition\":" + definition->bytes;
  return out + "}";
}

}  // namespace lectern::lrs
