#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "auth/principal.h"
#include "base/result.h"
#include "http/exchange.h"

namespace lectern::http {

using Resource = Result<Response> (*)(Exchange&);

/// One way in. HEAD goes wherever GET goes.
struct Route {
  std::string_view method;
  /// Without a final slash; with one it is the same route. `{file}` at its end is any one name.
  std::string_view path;
  Resource resource;
  std::optional<auth::Scope> scope;  ///< what credentials need; nothing: any, or none if `open`
  bool open = false;                 ///< no credentials, no version header
};

/// The whole surface.
std::span<const Route> routes();

/// The route for a method and a path. Errors: not_found; method_not_allowed, whose `detail` is the
/// value of the Allow header.
Result<const Route*> find_route(std::string_view method, std::string_view path);

}  // namespace lectern::http
