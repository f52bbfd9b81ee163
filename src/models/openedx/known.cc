#include "models/openedx/known.h"

#include "base/json/json.h"

namespace lectern::models::openedx {
namespace {

Result<void> read_names(json::Value names, std::unordered_map<std::string, std::string>& into) {
  if (!names.is(json::Type::object)) return fail(Code::invalid, names.pointer() + ": no object");
  for (const json::Value name : names.children()) {
    if (!name.is(json::Type::string) || name.string().empty())
      return fail(Code::invalid, name.pointer() + ": must be a text that is not empty");
    into.emplace(name.key(), name.string());
  }
  return {};
}

}  // namespace

Result<Known> Known::read(std::string_view text) {
  TRY(const auto document, json::parse_view(text));
  Known known;
  if (!document->root().is(json::Type::object)) return fail(Code::invalid, "must be an object");
  for (const json::Value part : document->root().children()) {
    if (part.key() != "users" && part.key() != "courses")
      return fail(Code::invalid, part.pointer() + ": must be users or courses");
    RETURN_IF_ERROR(read_names(part, part.key() == "users" ? known.users : known.courses));
  }
  return known;
}

}  // namespace lectern::models::openedx
