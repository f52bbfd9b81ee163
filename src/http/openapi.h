#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lectern::http {

/// What the OpenAPI document says of one route. A test holds it against routes().
struct Description {
  std::string_view method;
  std::string_view path;
  std::string_view summary;
  std::vector<std::string_view> parameters;  ///< names; `*` behind one: required
  std::string_view success;                  ///< the usual status
  std::string_view body;                     ///< media type of the request's body; "" for none
};

std::span<const Description> descriptions();

/// The OpenAPI 3.1 document of the whole surface, as JSON.
const std::string& openapi_document();

}  // namespace lectern::http
