#include "store/clickhouse/schema/table_names.h"

#include <algorithm>

namespace lectern::store::clickhouse {
namespace {

constexpr std::size_t name_characters_max = 150;

bool is_name(std::string_view text) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return !text.empty() && text.size() <= name_characters_max && is_letter(text.front()) &&
         std::all_of(text.begin(), text.end(), [&](char c) { return is_letter(c) || is_digit(c); });
}

}  // namespace

Result<TableNames> table_names_of(std::string_view default_database, std::string_view target) {
  std::string_view database = default_database, table = target;
  if (const auto dot = target.find('.'); dot != std::string_view::npos) {
    database = target.substr(0, dot);
    table = target.substr(dot + 1);
  }
  if (!is_name(database) || !is_name(table)) {
    return fail(Code::invalid, "'" + std::string(target) + "' in database '" +
                                   std::string(default_database) +
                                   "' is no name of a ClickHouse table: letters, digits and _ may "
                                   "stand in it, with at most one dot behind a database");
  }
  for (const auto reserved : {"system", "information_schema", "INFORMATION_SCHEMA"})
    if (database == reserved)
      return fail(Code::invalid, "'" + std::string(target) + "' names a table of '" +
                                     std::string(database) +
                                     "', where ClickHouse keeps nothing of others");
  if (table.find("_lectern_") != std::string_view::npos)
    return fail(Code::invalid, "'" + std::string(target) +
                                   "' names a table that Lectern keeps beside another: _lectern_ "
                                   "must not stand in a name");
  const std::string quoted_database = "`" + std::string(database) + "`";
  const auto beside = [&](std::string_view suffix) {
    return quoted_database + ".`" + std::string(table) + std::string(suffix) + "`";
  };
  return TableNames{quoted_database,
                    beside(""),
                    beside("_lectern_rows"),
                    beside("_lectern_ids"),
                    beside("_lectern_terms"),
                    beside("_lectern_marks"),
                    beside("_lectern_writers"),
                    beside("_lectern_feed")};
}

}  // namespace lectern::store::clickhouse
