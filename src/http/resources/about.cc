#include "base/json/writer.h"
#include "http/resources.h"
#include "http/respond.h"

namespace lectern::http {

/// Communication 2.8: the versions, and under an extension what else a client may want to know.
Result<Response> get_about(Exchange& exchange) {
  RETURN_IF_ERROR(xapi::only_allowed(exchange.parameters, {}));
  json::Writer json;
  json.object().key("version").array().value("1.0.3").value("2.0.0").end();
  json.key("extensions").object().key("https://lectern.dev/xapi/about").object();
  json.member("name", "Lectern").member("version", LECTERN_VERSION);
  return json_response(json.end().end().end().take());
}

}  // namespace lectern::http
