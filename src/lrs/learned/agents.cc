#include "lrs/learned/agents.h"

#include <string_view>

#include "base/json/writer.h"
#include "lrs/learned/definitions.h"
#include "lrs/learned/known.h"
#include "xapi/terms.h"

namespace lectern::lrs {

Result<std::string> person_of(Lrs& lrs, const auth::Principal& principal, json::Value agent) {
  json::Writer json;
  json.object().member("objectType", "Person");
  const auto ifi = xapi::ifi_of(agent);
  if (ifi) {
    TRY(const auto names, known_of(lrs, principal, person_key(*ifi)));
    if (!names.empty()) {
      json.raw_member("name", names);
    } else if (const auto name = agent.find("name")) {
      json.key("name").array().raw(name->source()).end();
    }
  }
  for (const std::string_view kind : {"mbox", "mbox_sha1sum", "openid", "account"})
    if (const auto identifier = agent.find(kind))
      json.key(kind).array().raw(identifier->source()).end();
  return json.end().take();
}

}  // namespace lectern::lrs
