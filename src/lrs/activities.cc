#include "lrs/activities.h"

#include "base/json.h"
#include "lrs/definitions.h"
#include "lrs/own.h"

namespace lectern::lrs {

Result<std::string> activity_of(Lrs& lrs, const auth::Principal& principal, std::string_view id) {
  TRY(const auto definition, known_of(lrs, principal, definition_key(id)));
  std::string out = R"({"objectType":"Activity","id":)" + json::quoted(id);
  if (!definition.empty()) out += ",\"definition\":" + definition;
  return out + "}";
}

}  // namespace lectern::lrs
