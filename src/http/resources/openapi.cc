#include "http/resources/openapi.h"

#include "base/json/writer.h"
#include "http/embedded.h"
#include "http/page.h"
#include "http/resources.h"

namespace lectern::http {
namespace {

/// The members of all files `openapi/PLACE.TOPIC.json`, in the order of their names.
std::string members_of(std::string_view place) {
  const std::string prefix = "openapi/" + std::string(place) + ".";
  std::string out;
  for (const auto& file : embedded_files()) {
    if (!file.name.starts_with(prefix)) continue;
    const std::size_t begin = file.text.find('{') + 1;
    const std::size_t end = file.text.rfind('}');
    out += (out.empty() ? "" : ",") + std::string(file.text.substr(begin, end - begin));
  }
  return out;
}

std::string object_of(std::string_view place) { return "{" + members_of(place) + "}"; }

}  // namespace

std::string openapi_document(std::string_view root_path) {
  json::Writer out;
  out.object().raw_members(with_value(members_of("document"), "version", LECTERN_VERSION));
  out.key("servers").array().object().member("url", root_path.empty() ? "/" : root_path);
  out.end().end().raw_member("paths", object_of("paths")).key("components").object();
  for (const auto* place : {"parameters", "headers", "responses", "schemas", "securitySchemes"})
    out.raw_member(place, object_of(place));
  return out.end().end().take();
}

Result<Response> get_openapi(Exchange& exchange) {
  return page_response(exchange, "application/json",
                       openapi_document(exchange.app.options.root_path));
}

}  // namespace lectern::http
