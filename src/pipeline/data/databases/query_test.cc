#include <doctest/doctest.h>

#include "pipeline/data/databases/clickhouse_query.h"
#include "pipeline/data/databases/es_query.h"

namespace lectern::pipeline {

TEST_CASE("a query of Elasticsearch is Ralph's object, or Lucene's text") {
  const auto query = es::read_query(
      R"({"query":{"term":{"a":1.50}},"size":3,"sort":[{"b":"asc"}],"search_after":[1,"x"],)"
      R"("pit":{"id":"p","keep_alive":"5m"},"track_total_hits":false})");
  CHECK(query.query == R"({"term":{"a":1.50}})");
  CHECK(query.size == 3);
  CHECK(query.sort == R"([{"b":"asc"}])");
  CHECK(query.search_after == R"([1,"x"])");
  CHECK(query.point_in_time == "p");
  CHECK(query.keep_alive == "5m");
  CHECK(query.lucene.empty());
  CHECK(es::read_query(R"({"sort":"a:desc"})").sort_parameter == "a:desc");
  CHECK(es::read_query(R"({"sort":"_doc"})").sort == R"("_doc")");
  CHECK(es::read_query(R"({"q":"a:1"})").lucene == "a:1");
  for (const std::string text :
       {"a:1", R"({"unknown":1})", R"({"size":"3"})", R"({"size":1.5})", R"({"query":[]})", "[]",
        R"({"track_total_hits":true})", R"({"pit":{"x":1}})", R"({"sort":["a"]})", "{"}) {
    CHECK(es::read_query(text).lucene == text);
    CHECK(es::read_query(text).query == es::Query().query);
  }
}

namespace {

/// The SELECT of a query of the table t, or why it is none.
std::string sql_of(const std::string& query) {
  const auto select = clickhouse::read_query(query, "t");
  return select ? select->sql + select->parameters : select.error().message;
}

}  // namespace

TEST_CASE("a query of ClickHouse becomes a SELECT, its parameters by the server or as literals") {
  CHECK(sql_of("") == "SELECT event FROM t");
  CHECK(sql_of(R"({"select":["a","b"],"where":["x=1","y=2"],"sort":"a","limit":2})") ==
        "SELECT a,b FROM t\nWHERE 1=1 AND x=1\nAND y=2\nORDER BY a\nLIMIT 2");
  CHECK(sql_of(R"({"limit":0,"where":null,"column_oriented":true})") == "SELECT event FROM t");
  CHECK(sql_of(R"({"where":"a={x:String}","parameters":{"x":"o'k\n","n":null}})") ==
        "SELECT event FROM t\nWHERE 1=1 AND a={x:String}&param_x=o%5C%27k%5Cn&param_n=%5CN");
  CHECK(sql_of(R"({"where":"a LIKE '%%b' AND c IN %(l)s","parameters":{"l":["x'y",1,null]}})") ==
        "SELECT event FROM t\nWHERE 1=1 AND a LIKE '%b' AND c IN ['x\\'y', 1, NULL]");
  CHECK(sql_of(R"({"where":"a LIKE '%b'"})") == "SELECT event FROM t\nWHERE 1=1 AND a LIKE '%b'");
}

TEST_CASE("a query of ClickHouse that cannot be meant is refused by what is wrong") {
  const std::string begin = "Invalid ClickHouseQuery query string: ";
  CHECK(sql_of(R"({"unknown":1})") == begin + "unknown is not known");
  CHECK(sql_of("[]") == begin + "it is no JSON object");
  CHECK(sql_of(R"({"select":[]})") == begin + "select is empty");
  CHECK(sql_of(R"({"where":[1]})") == begin + "where is no list of texts");
  CHECK(sql_of(R"({"limit":"x"})") == begin + "limit is no whole number");
  CHECK(sql_of(R"({"where":"%(y)s","parameters":{"x":1}})") == begin + "no parameter is called y");
  CHECK(sql_of(R"({"where":"50%","parameters":{"x":1}})") ==
        "SELECT event FROM t\nWHERE 1=1 AND 50%");
  CHECK(sql_of(R"({"where":"5%d0","parameters":{"x":1}})") == begin + "a % stands for nothing");
}

}  // namespace lectern::pipeline
