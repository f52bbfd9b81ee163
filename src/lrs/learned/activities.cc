#include "lrs/learned/activities.h"

#include "base/json/writer.h"
#include "lrs/learned/definitions.h"
#include "lrs/learned/known.h"

namespace lectern::lrs {

Result<std::string> activity_of(Lrs& lrs, const auth::Principal& principal, std::string_view id) {
  TRY(const auto definition, known_of(lrs, principal, definition_key(id)));
  json::Writer json;
  json.object().member("objectType", "Activity").member("id", id);
  if (!definition.empty()) json.raw_member("definition", definition);
  return json.end().take();
}

}  // namespace lectern::lrs
