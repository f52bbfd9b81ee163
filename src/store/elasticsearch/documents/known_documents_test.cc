#include "store/elasticsearch/documents/known_documents.h"

#include <doctest/doctest.h>

namespace lectern::store::elasticsearch {
namespace {

constexpr std::size_t bytes_max = 100'000;

Document document(std::size_t bytes, const std::string& etag) {
  return {"application/json", std::string(bytes, 'x'), etag, now()};
}

}  // namespace

TEST_CASE("what is known of an activity is recalled with its version") {
  KnownDocuments known(bytes_max);
  known.note("key", DocumentKind::activity_definition, document(10, "a"), {7, 1});
  REQUIRE(known.recall("key").has_value());
  CHECK(known.recall("key")->bytes == std::string(10, 'x'));
  CHECK(known.version("key", "a") == Version{7, 1});
  known.note("key", DocumentKind::activity_definition, document(20, "b"), {8, 1});
  CHECK(known.recall("key")->bytes.size() == 20);
  CHECK_FALSE(known.version("key", "a").has_value());
  CHECK(known.version("key", "b") == Version{8, 1});
  CHECK_FALSE(known.recall("another").has_value());
}

TEST_CASE("of what clients keep only the version is known") {
  KnownDocuments known(bytes_max);
  known.note("key", DocumentKind::state, document(10, "a"), {7, 1});
  CHECK_FALSE(known.recall("key").has_value());
  CHECK(known.version("key", "a") == Version{7, 1});
  known.note("large", DocumentKind::person, document(70'000, "a"), {7, 1});
  CHECK_FALSE(known.recall("large").has_value());
  CHECK(known.version("large", "a") == Version{7, 1});
}

TEST_CASE("a forgotten document is not known, however long ago it was noted") {
  for (const int others : {0, 60}) {  // 60: it is among the older ones then
    KnownDocuments known(bytes_max);
    known.note("key", DocumentKind::person, document(10, "a"), {7, 1});
    for (int i = 0; i < others; ++i)
      known.note(std::to_string(i), DocumentKind::person, document(700, "a"), {i, 1});
    REQUIRE(known.recall("key").has_value());
    known.forget("key");
    CHECK_FALSE(known.recall("key").has_value());
    CHECK_FALSE(known.version("key", "a").has_value());
  }
}

TEST_CASE("the documents that were noted last are known, in bounded memory") {
  KnownDocuments known(bytes_max);
  for (int i = 0; i < 1'000; ++i)
    known.note(std::to_string(i), DocumentKind::person, document(1'000, "a"), {i, 1});
  for (int i = 970; i < 1'000; ++i) CHECK(known.recall(std::to_string(i)).has_value());
  int there = 0;
  for (int i = 0; i < 1'000; ++i) there += known.recall(std::to_string(i)) ? 1 : 0;
  CHECK(there <= 100);
}

}  // namespace lectern::store::elasticsearch
