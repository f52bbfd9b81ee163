#include "pipeline/data/databases/mongo_location.h"

#include <fmt/format.h>

namespace lectern::pipeline::mongo {
namespace {

using store::mongo::Pool;

/// A walk through a large collection is one call.
constexpr std::uint32_t read_max_ms = 24U * 3600 * 1000;

bool is_database_name(std::string_view name) {
  constexpr std::string_view refused(" \t\r\n\v\f.$/\\\"\0", 12);
  return !name.empty() && name.find_first_of(refused) == name.npos;
}

bool is_collection_name(std::string_view name) {
  constexpr std::string_view refused("$\0", 2);
  return !name.empty() && name.find_first_of(refused) == name.npos && !name.starts_with('.') &&
         !name.ends_with('.') && name.find("..") == name.npos;
}

tl::unexpected<Error> no_name(std::string_view target, std::string_view kind) {
  return fail(Code::invalid, fmt::format("The target=`{}` is not a valid {} name", target, kind));
}

}  // namespace

Result<Location> Location::open(const DataValues& values) {
  TRY(auto pool, Pool::open({values.find("CONNECTION_URI")->second, 64, read_max_ms}));
  Location location{std::move(pool), values.find("DEFAULT_DATABASE")->second,
                    values.find("DEFAULT_COLLECTION")->second};
  if (!is_database_name(location.database)) return no_name(location.database, "database");
  if (!is_collection_name(location.collection)) return no_name(location.collection, "collection");
  return location;
}

Result<void> Location::choose_collection(const std::string& target) {
  if (target.empty()) return {};
  if (!is_collection_name(target)) return no_name(target, "collection");
  collection = target;
  return {};
}

Result<void> Location::choose_database(const std::string& target) {
  if (target.empty()) return {};
  if (!is_database_name(target)) return no_name(target, "database");
  database = target;
  return {};
}

Error error_with_reason(std::string_view failed, Error error) {
  const bool by_name = error.detail.ends_with("(13)") || error.detail.ends_with("(18)");
  error.message =
      fmt::format("{}: {}", failed, error.detail.empty() ? error.message : error.detail);
  // Unauthorized, AuthenticationFailed: no second attempt helps.
  if (by_name || error.code != Code::unavailable) error.code = Code::invalid;
  error.detail.clear();
  return error;
}

}  // namespace lectern::pipeline::mongo
