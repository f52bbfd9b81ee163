#include <string>

#include "http/resources.h"
#include "http/respond.h"

namespace lectern::http {

/// Communication 2.8: the versions, and under an extension what else a client may want to know.
Result<Response> get_about(Exchange& exchange) {
  RETURN_IF_ERROR(xapi::only_allowed(exchange.parameters, {}));
  return json_response(
      R"({"version":["1.0.3","2.0.0"],"extensions":{"https://lectern.dev/xapi/about":)"
      R"({"name":"Lectern","version":")" LECTERN_VERSION R"("}}})");
}

}  // namespace lectern::http
