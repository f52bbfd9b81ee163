#include "models/check.h"

#include <optional>

#include "base/assert.h"
#include "base/json/json.h"
#include "models/checker.h"
#include "models/family.h"
#include "models/ralph/output.h"

namespace lectern::models {

namespace {

/// The shape that a record keeps.
tl::expected<std::uint32_t, Refusal> shape_of(Family family, json::Value record) {
  if (!record.is(json::Type::object)) return tl::unexpected(Refusal{true, "", "must be an object"});
  const Table& table = table_of(family);
  const auto models = models_for(family, record);
  if (models.empty()) return tl::unexpected(Refusal{true, "", "no model is for such a record"});
  for (const std::uint32_t model : models)
    if (keeps(table, table.models[model].shape, record, nullptr)) return table.models[model].shape;
  Fault fault;
  keeps(table, table.models[models.back()].shape, record, &fault);
  return tl::unexpected(Refusal{false, std::move(fault.pointer), std::move(fault.rule)});
}

}  // namespace

tl::expected<void, Refusal> check(Family family, std::string_view json) {
  const auto document = json::parse_view(json, {.bounded = false, .lenient = true});
  if (!document) return tl::unexpected(Refusal{false, "", document.error().message});
  auto shape = shape_of(family, (*document)->root());
  if (!shape) return tl::unexpected(std::move(shape).error());
  return {};
}

tl::expected<std::string, Refusal> printed(Family family, std::string_view json) {
  const auto document = json::parse_view(json, {.bounded = false, .lenient = true});
  if (!document) return tl::unexpected(Refusal{false, "", document.error().message});
  auto shape = shape_of(family, (*document)->root());
  if (!shape) return tl::unexpected(std::move(shape).error());
  return ralph_output(table_of(family), *shape, (*document)->root());
}

}  // namespace lectern::models
