#include "store/embedded/texts/dictionary.h"

#include <doctest/doctest.h>

#include "store/testing/sample.h"
#include "xapi/stamp.h"

namespace lectern::store::embedded {
namespace {

Row row_number(int number) {
  return contract::row_of(contract::Sample{.id = Uuid::random(),
                                           .agent = "learner" + std::to_string(number % 7),
                                           .note = std::to_string(number)});
}

std::string dictionary_of_samples() {
  std::string texts;
  std::vector<std::size_t> sizes;
  for (int i = 0; i < 200; ++i) {
    const auto text = cut_text(row_number(i));
    REQUIRE(text.has_value());
    texts += text->left;
    sizes.push_back(text->left.size());
  }
  const auto bytes = learn_dictionary(texts, sizes);
  REQUIRE(bytes.has_value());
  return *bytes;
}

}  // namespace

TEST_CASE("a text comes back from what it was packed to, to the byte") {
  const TextDictionary dictionary(1, dictionary_of_samples());
  for (int i = 0; i < 200; ++i) {
    auto row = row_number(i);
    const auto text = cut_text(row);
    REQUIRE(text.has_value());
    const auto packed = dictionary.pack(*text);
    REQUIRE(packed.has_value());
    row.stored = now();
    xapi::set_stored(row.json, row.stored_at, row.stored);
    CHECK(dictionary.unpack(*packed, row.id, row.stored) == row.json);
    CHECK(packed->size() * 4 < row.json.size());
  }
}

TEST_CASE("its id, UUIDs, `stored` and a timestamp that the LRS gave are cut out of a text") {
  auto row = contract::row_of(
      contract::Sample{.registration = Uuid::random(), .refers_to = Uuid::random()});
  row.stored = now();
  xapi::set_stored(row.json, row.stored_at, row.stored);
  REQUIRE(row.stored_at.size() == 2);
  const auto text = cut_text(row);
  REQUIRE(text.has_value());
  CHECK(text->left.find(row.id.text()) == std::string::npos);
  CHECK(text->left.find(stored_text(row.stored)) == std::string::npos);
  CHECK(text->uuids.size() == 2 * 16);
  CHECK(text->left.size() == row.json.size() - 3 * 35 - 2 * 31);
}

TEST_CASE("a text keeps what is almost a UUID, whatever stands beside it") {
  const TextDictionary dictionary(1, dictionary_of_samples());
  const std::string uuid = "6690e6c9-3ef0-4ed3-8b37-7f3964730bee";
  Row row;
  row.id = Uuid::random();
  for (const std::string& text :
       {uuid, uuid + uuid, uuid + "-" + uuid, uuid.substr(1), uuid.substr(0, 35), "-" + uuid,
        "a-b-" + uuid + "-", std::string(38, '-'), uuid.substr(0, 35) + "E",
        uuid.substr(0, 35) + "g", row.id.text(), std::string()}) {
    row.json = text;
    const auto cut = cut_text(row);
    REQUIRE(cut.has_value());
    CHECK(dictionary.unpack(*dictionary.pack(*cut), row.id, Time{}) == text);
  }
}

TEST_CASE("a text with bytes that mark what was cut stays whole") {
  Row row;
  for (const std::string text : {"\1", "a\2", "\3b"}) {
    row.json = text;
    CHECK_FALSE(cut_text(row).has_value());
  }
}

TEST_CASE("what was not packed is refused") {
  const TextDictionary dictionary(1, dictionary_of_samples());
  const auto packed = *dictionary.pack(*cut_text(row_number(1)));
  const Uuid id = Uuid::random();
  REQUIRE(dictionary.unpack(packed, id, Time{}).has_value());
  CHECK_FALSE(dictionary.unpack("", id, Time{}).has_value());
  CHECK_FALSE(dictionary.unpack(packed.substr(0, packed.size() - 1), id, Time{}).has_value());
  CHECK_FALSE(dictionary.unpack(packed + std::string(16, 'u'), id, Time{}).has_value());
  CHECK_FALSE(dictionary.unpack(std::string(20, '\xFF'), id, Time{}).has_value());
}

TEST_CASE("nothing is learned from too little") {
  const std::size_t sizes[] = {3, 3};
  CHECK_FALSE(learn_dictionary("abcdef", sizes).has_value());
}

}  // namespace lectern::store::embedded
