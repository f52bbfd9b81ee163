#include "xapi/language.h"

#include <initializer_list>

#include <doctest/doctest.h>

#include "xapi/formats.h"
#include "xapi/testing/rewrite_test.h"

namespace lectern::xapi {
namespace {

using Languages = std::vector<std::string>;

std::string best_of(std::string map, const std::vector<LanguageRange>& languages) {
  const auto document = read(std::move(map));
  return std::string(best_entry(document->root(), languages).key());
}

/// With languages that are wanted the same.
std::string best(std::string map, const Languages& languages) {
  std::vector<LanguageRange> ranges;
  for (const auto& language : languages) ranges.push_back({language, 1000});
  return best_of(std::move(map), ranges);
}

Languages listed(std::string_view header) {
  Languages out;
  for (const auto& one : parse_accept_language(header)) out.push_back(one.range);
  return out;
}

}  // namespace

TEST_CASE("languages are listed by weight, and in their order where it is the same") {
  CHECK(listed("da, en-gb;q=0.8, en;q=0.7") == Languages{"da", "en-gb", "en"});
  CHECK(listed("en;q=0.1,fr;q=1.0,de") == Languages{"fr", "de", "en"});
  CHECK(listed(" fr \t;\tQ=0.5 ,*;q=0.01") == Languages{"fr", "*"});
  CHECK(listed("en;q=0.5,fr;q=0.501") == Languages{"fr", "en"});
  CHECK(listed("").empty());
}

TEST_CASE("what is no language is passed over, what is not wanted is told") {
  CHECK(parse_accept_language("fr;q=0, en;q=0.000, de") ==
        std::vector<LanguageRange>{{"de", 1000}, {"fr", 0}, {"en", 0}});
  for (const char* rubbish : {"en_GB", "-", "en-", "-en", "en--gb", "abcdefghi", "e n", "en;q",
                              "en;q=", "en;q=2", "en;q=1.1", "en;q=0.1234", "en;q=.5", "en;q=-1",
                              "en;level=1", "**", ";q=1", "\xC3\xA9", ",,;,"}) {
    CAPTURE(rubbish);
    CHECK(listed(std::string(rubbish) + ",fr") == Languages{"fr"});
  }
}

TEST_CASE("a weight with a comma for a point is two ranges") {
  CHECK(listed("en;q=0,5x,fr") == Languages{"fr", "en"});
}

TEST_CASE("of very many languages only the most wanted are looked at") {
  std::string header = "xx;q=0.1";
  for (int i = 0; i < 1000; ++i) header += ",en;q=0.9";
  CHECK(listed(header) == Languages(32, "en"));
}

TEST_CASE("the most wanted language that fits is taken, whatever its letter case") {
  const std::string map = R"({"fr":"","en-US":"","en-GB":"","de-CH-1996":""})";
  CHECK(best(map, {"en-gb", "fr"}) == "en-GB");
  CHECK(best(map, {"es", "DE"}) == "de-CH-1996");
  CHECK(best(map, {"en"}) == "en-US");
  CHECK(best(R"({"en-US":"","en":""})", {"en"}) == "en");
  CHECK(best(map, {"de-CH", "fr"}) == "de-CH-1996");
}

TEST_CASE("a language begins with another only at a dash") {
  CHECK(best(R"({"x":"","eng":"","en-x":""})", {"en"}) == "en-x");
}

TEST_CASE("a language that is not there is shortened before any other is taken") {
  CHECK(best(R"({"fr":"","en":""})", {"en-GB"}) == "en");
  CHECK(best(R"({"fr":"","en-US":""})", {"en-GB"}) == "en-US");
  CHECK(best(R"({"fr":"","zh-Hant":""})", {"zh-Hant-x-private"}) == "zh-Hant");
  CHECK(best(R"({"en":"","fr":""})", {"en-GB", "fr"}) == "fr");
}

TEST_CASE("without a fitting language the first entry is taken") {
  CHECK(best(R"({"fr":"","en":""})", {}) == "fr");
  CHECK(best(R"({"fr":"","en":""})", {"*"}) == "fr");
  CHECK(best(R"({"fr":"","en":""})", {"*", "en"}) == "en");
  CHECK(best(R"({"fr":"","en":""})", {"ja", "x"}) == "fr");
}

TEST_CASE("the longest range that fits a tag says how much it is wanted") {
  struct Row {
    const char* header;
    const char* map;
    const char* taken;
  };
  static constexpr const char* english = R"({"en-US":"","en-GB":"","fr":"","de":""})";
  static constexpr const char* two = R"({"fr":"","en":""})";
  for (const auto& [header, map, taken] : std::initializer_list<Row>{
           {"en-US;q=0.2, en;q=0.7, *;q=0.1", english, "en-GB"},
           {"en-US;q=0.2, en;q=0.1, *;q=0.05", english, "en-US"},
           {"en-US;q=0, en", english, "en-GB"},
           {"en-US;q=0, en-GB;q=0, en, fr;q=0.1", english, "fr"},
           {"en;q=0.5, *;q=0.8", english, "fr"},
           {"en;q=0.5, fr;q=0.5, *;q=0.1", english, "en-US"},
           {"fr;q=0.5, en;q=0.5", english, "fr"},
           {"*", english, "en-US"},
           {"*;q=0", english, "en-US"},
           {"*;q=0, de;q=0.1", english, "de"},
           {"*;q=0.5, en;q=0, fr;q=0.4", english, "de"},
           {"en-GB, en;q=0.8", english, "en-GB"},
           {"EN-gb;q=0.9, De;q=0.95", english, "de"},
           {"en-GB-oxendict, fr;q=0.1", english, "fr"},
           {"en-GB-oxendict", english, "en-GB"},
           {"en-GB, *;q=0.1", two, "en"},
           {"en-GB, fr;q=0.1", two, "fr"},
           {"en-GB, en;q=0", two, "fr"},
           {"fr;q=0", two, "en"},
           {"fr;q=0, en;q=0", two, "fr"},
           {"ja", two, "fr"},
           {"de-CH;q=0.3, de;q=0.9", R"({"de-CH-1996":"","de-AT":""})", "de-AT"},
           {"zh-Hant;q=0.9, zh;q=0.5", R"({"zh-Hans":"","zh-Hant-TW":""})", "zh-Hant-TW"},
           {"", two, "fr"}}) {
    CAPTURE(header);
    CHECK(best_of(map, parse_accept_language(header)) == taken);
  }
}

}  // namespace lectern::xapi
