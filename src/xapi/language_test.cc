#include "xapi/language.h"

#include <doctest/doctest.h>

#include "xapi/formats.h"
#include "xapi/rewrite_test.h"

namespace lectern::xapi {
namespace {

using Languages = std::vector<std::string>;

std::string best(std::string map, const Languages& languages) {
  const auto document = read(std::move(map));
  return std::string(best_entry(document->root(), languages).key());
}

}  // namespace

TEST_CASE("languages are listed by weight, and in their order where it is the same") {
  CHECK(parse_accept_language("da, en-gb;q=0.8, en;q=0.7") == Languages{"da", "en-gb", "en"});
  CHECK(parse_accept_language("en;q=0.1,fr;q=1.0,de") == Languages{"fr", "de", "en"});
  CHECK(parse_accept_language(" fr \t;\tQ=0.5 ,*;q=0.01") == Languages{"fr", "*"});
  CHECK(parse_accept_language("en;q=0.5,fr;q=0.501") == Languages{"fr", "en"});
  CHECK(parse_accept_language("").empty());
}

TEST_CASE("what is not wanted or no language is passed over") {
  CHECK(parse_accept_language("fr;q=0, en;q=0.000, de") == Languages{"de"});
  for (const char* rubbish :
       {"en_GB",     "-",          "en-",    "-en",      "en--gb",      "abcdefghi", "e n",
        "en;q",      "en;q=",      "en;q=2", "en;q=1.1", "en;q=0.1234", "en;q=.5",   "en;q=-1",
        "en;q=0,5x", "en;level=1", "**",     ";q=1",     "\xC3\xA9",    ",,;,"}) {
    CAPTURE(rubbish);
    CHECK(parse_accept_language(std::string(rubbish) + ",fr") == Languages{"fr"});
  }
}

TEST_CASE("of very many languages only the most wanted are looked at") {
  std::string header = "xx;q=0.1";
  for (int i = 0; i < 1000; ++i) header += ",en;q=0.9";
  CHECK(parse_accept_language(header) == Languages(32, "en"));
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

}  // namespace lectern::xapi
