#include "store/mongo/client/convert.h"

#include <limits>

#include <doctest/doctest.h>

namespace lectern::store::mongo {
namespace {

Bson bson_of(const std::string& text) {
  const auto parsed = json::parse(text);
  REQUIRE(parsed.has_value());
  return to_bson((*parsed)->root());
}

std::string round_trip(const std::string& text) {
  const auto back = to_json(bson_of(text).view());
  REQUIRE_MESSAGE(back.has_value(), back.error().message);
  return *back;
}

bson_type_t type_at(const Bson& bson, const char* path) {
  const auto there = field(bson.view(), path);
  REQUIRE(there.has_value());
  return bson_iter_type(&there->iterator());
}

std::string nested(int levels) {
  std::string text;
  for (int i = 0; i < levels; ++i) text += R"({"a":)";
  text += "1";
  for (int i = 0; i < levels; ++i) text += "}";
  return text;
}

}  // namespace

TEST_CASE("numbers become the BSON types that Ralph's driver gives them") {
  const auto bson =
      bson_of(R"({"int":7,"min":-2147483648,"long":2147483648,"double":1.0,"exp":1e2,"zero":-0})");
  CHECK(type_at(bson, "int") == BSON_TYPE_INT32);
  CHECK(type_at(bson, "min") == BSON_TYPE_INT32);
  CHECK(type_at(bson, "zero") == BSON_TYPE_INT32);
  CHECK(type_at(bson, "long") == BSON_TYPE_INT64);
  CHECK(type_at(bson, "double") == BSON_TYPE_DOUBLE);
  CHECK(type_at(bson, "exp") == BSON_TYPE_DOUBLE);
}

TEST_CASE("what BSON cannot hold becomes the nearest thing that Ralph can read") {
  const auto bson = bson_of(R"({"big":123456789012345678901234567890,"huge":-1e400})");
  CHECK(bson_iter_double(&field(bson.view(), "big")->iterator()) ==
        doctest::Approx(1.2345678901234568e29));
  CHECK(bson_iter_double(&field(bson.view(), "huge")->iterator()) ==
        -std::numeric_limits<double>::max());
  CHECK(round_trip(R"({"a\u0000b":"c\u0000d"})") ==
        "{\"a\xE2\x90\x80"
        "b\":\"c\\u0000d\"}");
}

TEST_CASE("nesting beyond what MongoDB takes goes on as text") {
  CHECK(round_trip(nested(source_depth_max)) == nested(source_depth_max));
  const auto deep = round_trip(nested(120));
  CHECK(deep.find(R"(:"{\"a\":)") != std::string::npos);
  CHECK(deep.find(R"({"a":{"a":)") == 0);
}

TEST_CASE("keys that databases dislike and every kind of value come back from BSON") {
  const std::string text =
      R"({"":1,".":[],"a..b":{},"$set":{"$a.b":[true,false,null]},"é":"🎓 \" \\","n":[1.5,-3,1e+300]})";
  CHECK(round_trip(text) == text);
}

TEST_CASE("doubles are written with the shortest digits that give them back") {
  CHECK(round_trip(R"({"a":0.1,"b":1.10,"c":100.0,"d":1e22,"e":1e15,"f":0.00001})") ==
        R"({"a":0.1,"b":1.1,"c":100.0,"d":1e+22,"e":1000000000000000.0,"f":1e-05})");
}

TEST_CASE("types that only other programs write become text, or say why they cannot") {
  Bson bson;
  bson_oid_t id;
  bson_oid_init_from_string(&id, "0123456789abcdef01234567");
  bson.object_id("id", id);
  bson_append_date_time(&bson.get(), "at", -1, 1'700'000'000'123);
  CHECK(to_json(bson.view()).value() ==
        R"({"id":"0123456789abcdef01234567","at":"2023-11-14T22:13:20.123000Z"})");
  bson.number("nan", std::numeric_limits<double>::quiet_NaN());
  CHECK(to_json(bson.view()).error().code == Code::invalid);
  Bson other;
  bson_append_minkey(&other.get(), "min", -1);
  CHECK(to_json(other.view()).error().code == Code::invalid);
}

TEST_CASE("a text that is not UTF-8 is refused, however deep it lies") {
  for (const std::string_view bad :
       {"a\xE4z", "\xF0", "\xC0\x80z", "\xED\xA0\x80", "\xF4\x90\x80\x80"}) {
    Bson inner, outer;
    inner.text("name", bad);
    outer.object("inside", inner);
    CHECK(to_json(inner.view()).error().code == Code::invalid);
    CHECK(to_json(outer.view()).error().code == Code::invalid);
  }
}

TEST_CASE("a date is ISO 8601 where it has one, and refused beyond the year 9999") {
  const auto json_of = [](std::int64_t since_1970_ms) {
    Bson bson;
    bson_append_date_time(&bson.get(), "at", 2, since_1970_ms);
    return to_json(bson.view());
  };
  CHECK(json_of(253'402'300'799'999).value() == R"({"at":"9999-12-31T23:59:59.999000Z"})");
  CHECK(json_of(-62'135'596'800'000).value() == R"({"at":"0001-01-01T00:00:00.000000Z"})");
  CHECK_FALSE(json_of(253'402'300'800'000).has_value());
  CHECK_FALSE(json_of(INT64_MAX).has_value());
  CHECK_FALSE(json_of(INT64_MIN).has_value());
}

}  // namespace lectern::store::mongo
