#pragma once

#include <string>
#include <string_view>

namespace lectern::http {

/// The OpenAPI 3.1 document of the whole surface, as JSON: the files of src/http/resources/openapi,
/// put together. `root_path`: what a proxy takes off the front of paths.
std::string openapi_document(std::string_view root_path);

}  // namespace lectern::http
