#include "pipeline/standard.h"

#include <fmt/format.h>

#include "base/json.h"
#include "xapi/validate.h"

namespace lectern::pipeline {
namespace {

xapi::Version version_of(json::Value statement) {
  const auto version = statement.is(json::Type::object) ? statement.find("version") : std::nullopt;
  if (!version || !version->is(json::Type::string)) return xapi::Version::v1_0_3;
  return xapi::parse_version(version->string()).value_or(xapi::Version::v1_0_3);
}

}  // namespace

std::optional<Refusal> check_standard(std::string_view statement,
                                      std::optional<xapi::Version> version) {
  const auto document = json::parse_view(statement);
  if (!document) return Refusal{false, "", "JSON", document.error().message};
  const auto root = (*document)->root();
  auto checked = xapi::validate_statement(root, version.value_or(version_of(root)));
  if (checked) return std::nullopt;
  auto& error = checked.error();
  return Refusal{false, std::move(error.path), error.rule,
                 fmt::format("{} ({})", error.message, error.rule)};
}

}  // namespace lectern::pipeline
