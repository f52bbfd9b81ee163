#include "store/mongo/schema/layout.h"

#include <array>

#include <doctest/doctest.h>

#include "base/json/json.h"
#include "store/testing/sample.h"
#include "xapi/stamp.h"

namespace lectern::store::mongo {
namespace {

std::string hex(const bson_oid_t& id) {
  std::array<char, 25> text;
  bson_oid_to_string(&id, text.data());
  return text.data();
}

Time at(const char* text) { return parse_time(text).value(); }

}  // namespace

TEST_CASE("a statement gets the ObjectId that Ralph gives it") {
  // Ralph 5.1.0 made these.
  CHECK(hex(object_id_of("62b7552a-c9d2-4d6f-ad2b-9cb0d5ba4d1a", at("2022-06-27T15:36:50"))) ==
        "62b9ce921a899f7733030b34");
  CHECK(hex(object_id_of("62B7552A-C9D2-4D6F-AD2B-9CB0D5BA4D1A",
                         at("2022-06-27T17:36:50.999999+02:00"))) == "62b9ce92a39b9b8e707c2a6a");
}

TEST_CASE("timestamps that an ObjectId cannot hold count as its first or last second") {
  CHECK(hex(object_id_of("x", at("1969-12-31T23:59:59Z"))).starts_with("00000000"));
  CHECK(hex(object_id_of("x", at("0001-01-01T00:00:00Z"))).starts_with("00000000"));
  CHECK(hex(object_id_of("x", at("2106-02-07T06:28:15Z"))).starts_with("ffffffff"));
  CHECK(hex(object_id_of("x", at("9999-01-01T00:00:00Z"))).starts_with("ffffffff"));
}

TEST_CASE("the document of a row gives back its text, place and fingerprint") {
  auto row = contract::row_of({.note = "kept"});
  row.stored = at("2026-11-24T10:00:00.123456Z");
  xapi::set_stored(row.json, row.stored_at, row.stored);
  const auto document = document_of(row);
  REQUIRE(document.has_value());
  const auto found = found_of(document->view());
  REQUIRE(found.has_value());
  CHECK(found->json == row.json);
  CHECK(found->position == xapi::Position{row.stored, row.id});
  CHECK(found->fingerprint == row.fingerprint);
  CHECK(!found->voided);
  const auto source = row_of_source(document->view());
  REQUIRE(source.has_value());
  CHECK(source->id == row.id);
  CHECK(source->terms == row.terms);
  CHECK(source->stored == row.stored);
}

TEST_CASE("a statement that no MongoDB document can hold is too large") {
  auto row = contract::row_of({.note = std::string(9 * 1024 * 1024, 'x')});
  CHECK(document_of(row).error().code == Code::too_large);
  row = contract::row_of({.note = std::string(17 * 1024 * 1024, 'x')});
  CHECK(document_of(row).error().code == Code::too_large);
}

TEST_CASE("a document that is no statement says why") {
  Bson bare;
  CHECK(row_of_source(bare.view()).error().message == "it has no _source");
  Bson document, source;
  source.text("id", "not a uuid");
  document.object("_source", source);
  CHECK(row_of_source(document.view()).error().message == "its id is not a UUID");
}

}  // namespace lectern::store::mongo
