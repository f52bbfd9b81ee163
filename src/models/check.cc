#include "models/check.h"

#include <optional>

#include "base/assert.h"
#include "base/json.h"
#include "models/checker.h"
#include "models/family.h"

namespace lectern::models {

tl::expected<void, Refusal> check(Family family, std::string_view json) {
  const auto document = json::parse_view(json, {.bounded = false, .lenient = true});
  if (!document) return tl::unexpected(Refusal{false, "", document.error().message});
  const json::Value record = (*document)->root();
  if (!record.is(json::Type::object)) return tl::unexpected(Refusal{true, "", "must be an object"});
  const Table& table = table_of(family);
  const auto models = models_for(family, record);
  if (models.empty()) return tl::unexpected(Refusal{true, "", "no model is for such a record"});
  for (const std::uint32_t model : models)
    if (keeps(table, table.models[model].shape, record, nullptr)) return {};
  Fault fault;
  keeps(table, table.models[models.back()].shape, record, &fault);
  return tl::unexpected(Refusal{false, std::move(fault.pointer), std::move(fault.rule)});
}

}  // namespace lectern::models
