#include "lrs/agents.h"

#include <string_view>

#include "lrs/definitions.h"
#include "lrs/own.h"
#include "xapi/terms.h"

namespace lectern::lrs {

Result<std::string> person_of(Lrs& lrs, const auth::Principal& principal, json::Value agent) {
  std::string out = R"({"objectType":"Person")";
  const auto ifi = xapi::ifi_of(agent);
  if (ifi) {
    TRY(const auto names, known_of(lrs, principal, person_key(*ifi)));
    if (!names.empty()) {
      out += ",\"name\":" + names;
    } else if (const auto name = agent.find("name")) {
      out.append(",\"name\":[").append(name->source()).append("]");
    }
  }
  for (const std::string_view kind : {"mbox", "mbox_sha1sum", "openid", "account"})
    if (const auto identifier = agent.find(kind))
      out.append(",\"").append(kind).append("\":[").append(identifier->source()).append("]");
  return out + "}";
}

}  // namespace lectern::lrs
