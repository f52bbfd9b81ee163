#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/json/json.h"

namespace lectern::xapi {

/// A path to values in a statement, in the part of JSONPath (RFC 9535) that names members and
/// elements:
///
///   path    = "$" *( "." name / "[" ( quoted / index / "*" ) "]" )
///   name    = 1*( ALPHA / DIGIT / "_" / "-" )
///   quoted  = "'" *char "'" / DQUOTE *char DQUOTE     ; "\" takes the next character as it is
///   index   = 1*DIGIT
///
/// such as `$.result.extensions['https://example.org/tries']` or
/// `$.context.contextActivities.parent[*].id`.
class JsonPath {
 public:
  static constexpr std::size_t steps_max = 32;

  /// Nothing for a text that is none, or of more than steps_max steps.
  static std::optional<JsonPath> parse(std::string_view text);

  /// What it leads to: one value at most, unless it has a `[*]`.
  std::vector<json::Value> find(json::Value root) const;
  /// Whether it may lead to several values.
  bool several() const;

 private:
  struct All {};
  using Step = std::variant<std::string, std::size_t, All>;

  std::vector<Step> steps_;
};

}  // namespace lectern::xapi
