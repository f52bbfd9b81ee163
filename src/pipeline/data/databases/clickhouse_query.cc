#include "pipeline/data/databases/clickhouse_query.h"

#include <fmt/format.h>

#include "base/json/json.h"
#include "base/text.h"
#include "xapi/query.h"

namespace lectern::pipeline::clickhouse {
namespace {

using json::Type;

tl::unexpected<Error> refuse(std::string_view what) {
  return fail(Code::invalid, fmt::format("Invalid ClickHouseQuery query string: {}", what));
}

/// A text, or an array of texts, joined; nothing for null.
Result<std::string> joined(json::Value value, std::string_view between) {
  std::string out;
  if (value.is(Type::null)) return out;
  if (value.is(Type::string)) return std::string(value.string());
  if (!value.is(Type::array)) return refuse(fmt::format("{} is no text", value.key()));
  for (const auto part : value.children()) {
    if (!part.is(Type::string)) return refuse(fmt::format("{} is no list of texts", value.key()));
    (out += out.empty() ? "" : between) += part.string();
  }
  return out;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '\'') out += '\\';
    if (c == '\t' || c == '\n')
      out += c == '\t' ? "\\t" : "\\n";
    else
      out += c;
  }
  return out;
}

/// A value in SQL.
std::string literal(json::Value value) {
  if (value.is(Type::null)) return "NULL";
  if (value.is(Type::string)) return "'" + escaped(value.string()) + "'";
  if (value.is(Type::object)) return "'" + escaped(value.source()) + "'";
  if (!value.is(Type::array)) return std::string(value.source());
  std::string out = "[";
  for (const auto part : value.children()) (out += out.size() > 1 ? ", " : "") += literal(part);
  return out + "]";
}

/// A value as the server takes it for `{name:Type}`.
std::string parameter(json::Value value) {
  if (value.is(Type::null)) return "\\N";
  return value.is(Type::string) ? escaped(value.string()) : literal(value);
}

bool has_typed_places(std::string_view sql) {
  for (std::size_t at = sql.find('{'); at != sql.npos; at = sql.find('{', at + 1)) {
    const std::size_t end = sql.find_first_of(":}", at);
    if (end != sql.npos && sql[end] == ':' && end > at + 1) return true;
  }
  return false;
}

/// Puts literals in the place of `%(name)s`, and `%` of `%%`.
Result<std::string> with_literals(std::string_view sql, json::Value parameters) {
  std::string out;
  for (std::size_t at = 0; at < sql.size(); ++at) {
    if (sql[at] != '%' || at + 1 == sql.size()) {
      out += sql[at];
      continue;
    }
    if (sql[++at] == '%') {
      out += '%';
      continue;
    }
    const std::size_t end = sql.find(')', at);
    if (sql[at] != '(' || end == sql.npos || end + 1 == sql.size())
      return refuse("a % stands for nothing");
    const auto name = sql.substr(at + 1, end - at - 1);
    const auto value = parameters.find(name);
    if (!value) return refuse(fmt::format("no parameter is called {}", name));
    out += literal(*value);
    at = end + 1;  // the letter behind
  }
  return out;
}

/// The texts of the query.
struct Parts {
  std::string select = "event", where, sort, limit;
  std::optional<json::Value> parameters;
};

Result<void> take_member(json::Value member, Parts& parts) {
  const auto key = member.key();
  if (key == "select") {
    TRY(parts.select, joined(member, ","));
    if (parts.select.empty()) return refuse("select is empty");
  } else if (key == "where") {
    TRY(parts.where, joined(member, "\nAND "));
  } else if (key == "sort") {
    TRY(parts.sort, joined(member, ","));
  } else if (key == "limit") {
    const bool number = member.is(Type::number) && member.as_integer();
    if (!number && !member.is(Type::null)) return refuse("limit is no whole number");
    if (number && *member.as_integer() != 0) parts.limit = member.source();
  } else if (key == "parameters") {
    if (!member.is(Type::object) && !member.is(Type::null))
      return refuse("parameters is no object");
    if (member.size() > 0) parts.parameters = member;
  } else if (key != "column_oriented") {
    return refuse(fmt::format("{} is not known", key));
  }
  return {};
}

}  // namespace

Result<Select> read_query(const std::string& text, const std::string& table) {
  const auto document = json::parse_view(text.empty() ? std::string_view("{}") : text,
                                         {.bounded = false, .lenient = true});
  if (!document) return refuse(document.error().message);
  if (!(*document)->root().is(Type::object)) return refuse("it is no JSON object");
  Parts parts;
  for (const auto member : (*document)->root().children())
    RETURN_IF_ERROR(take_member(member, parts));
  Select select{fmt::format("SELECT {} FROM {}", parts.select, table), {}, false};
  if (!parts.where.empty()) select.sql += "\nWHERE 1=1 AND " + parts.where;
  if (!parts.sort.empty()) select.sql += "\nORDER BY " + parts.sort;
  if (!parts.limit.empty()) select.sql += "\nLIMIT " + parts.limit;
  select.asks_exception = parts.select.find("exception") != std::string::npos;
  if (!parts.parameters) return select;
  if (has_typed_places(select.sql)) {
    for (const auto one : parts.parameters->children())
      select.parameters +=
          fmt::format("&param_{}={}", percent_encoded(one.key()), percent_encoded(parameter(one)));
  } else {
    TRY(select.sql, with_literals(select.sql, *parts.parameters));
  }
  return select;
}

}  // namespace lectern::pipeline::clickhouse
