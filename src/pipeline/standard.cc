#include "pipeline/standard.h"

#include <fmt/format.h>

#include "base/json/json.h"
#include "pipeline/learning_locker.h"
#include "xapi/validate/validate.h"

namespace lectern::pipeline {
namespace {

xapi::Version version_of(json::Value statement) {
  const auto version = statement.is(json::Type::object) ? statement.find("version") : std::nullopt;
  if (!version || !version->is(json::Type::string)) return xapi::Version::v1_0_3;
  return xapi::parse_version(version->string()).value_or(xapi::Version::v1_0_3);
}

/// What files are seen to have wrong for a reason that is not in the record; "" for other faults.
std::string_view hint_of(json::Value root, const Error& error) {
  if (root.is(json::Type::array))
    return "; a line holds one statement: `jq -c .[]` makes lines of a list";
  if (error.message.find("must not be null") != error.message.npos)
    return "; DuckDB and other readers of tables write null where a property was absent";
  if (error.path.ends_with("/mbox") &&
      root.source().find("\"mailto:undefined\"") != std::string_view::npos)
    return "; H5P writes mailto:undefined for whoever has no address";
  return "";
}

}  // namespace

std::optional<Refusal> check_standard(std::string_view statement,
                                      std::optional<xapi::Version> version, Receiver receiver) {
  const auto document = json::parse_view(statement);
  if (!document) return Refusal{false, "", "JSON", document.error().message};
  const auto root = (*document)->root();
  auto checked = xapi::validate_statement(root, version.value_or(version_of(root)));
  if (checked)
    return receiver == Receiver::learning_locker ? check_for_learning_locker(root) : std::nullopt;
  auto& error = checked.error();
  auto message = fmt::format("{}{} ({})", error.message, hint_of(root, error), error.rule);
  return Refusal{false, std::move(error.path), error.rule, std::move(message)};
}

}  // namespace lectern::pipeline
