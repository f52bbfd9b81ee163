#include <string>

#include <doctest/doctest.h>

#include "xapi/validate/validate.h"
#include "xapi/values/mailbox.h"
#include "xapi/version.h"

namespace lectern::xapi {
namespace {

struct Row {
  std::string_view text;
  bool good;
};

template <std::size_t size>
void hold(bool (*is)(std::string_view), const Row (&rows)[size]) {
  for (const auto& row : rows) {
    CAPTURE(row.text);
    CHECK(is(row.text) == row.good);
  }
}

}  // namespace

TEST_CASE("an IRI has a scheme and only the characters that its parts allow") {
  static constexpr Row rows[] = {
      {"http://example.com", true},
      {"http://example.com/a/b?c=d&e=/?#f/?", true},
      {"http://user:pass@example.com:8080/", true},
      {"http://[2001:db8::1]:80/x", true},
      {"http://[v1.fe:80]/", true},
      {"urn:uuid:9dc99b37-e920-4a68-a066-917faca28949", true},
      {"uuid://7d4f3c70-1e79-4243-9b7d-166076ce8bfb", true},
      {"course-v1:ORG+00002+session01", true},
      {"mailto:ada@example.com", true},
      {"act:blah", true},
      {"a:", true},
      {"file:///etc/x", true},
      {"tag:example.com,2026:a(b)*!$'", true},
      {"http://example.com/%C3%A9%20", true},
      {"http://example.com/\xC3\xA9t\xC3\xA9", true},
      {"http://\xE4\xBE\x8B.\xE4\xBE\x8B/\xF0\x9F\x98\x80", true},
      {"http://example.com/?\xEE\x80\x80", true},   // U+E000, for private use: in a query
      {"http://example.com/\xEE\x80\x80", false},   // and nowhere else
      {"http://example.com/#\xEF\xB7\x90", false},  // U+FDD0 is no character
      {"http://example.com/\xC2\x85", false},       // U+0085 is a control
      {"", false},
      {":", false},
      {"://example.com", false},
      {"example.com/path", false},
      {"/path", false},
      {"should fail", false},
      {"ab=c://should.fail.com", false},
      {"1ab:c", false},
      {"http://example.com/a b", false},
      {" http://example.com", false},
      {"http://example.com\n", false},
      {"http://example.com/<a>", false},
      {"http://example.com/a\"b", false},
      {"http://example.com/a|b", false},
      {"http://example.com/a\\b", false},
      {"http://example.com/{id}", false},
      {"http://example.com/%", false},
      {"http://example.com/%2", false},
      {"http://example.com/%zz", false},
      {"http://example.com/a#b#c", false},
      {"http://example.com/[a]", false},
      {"http://exa[mple.com/", false},
      {"http://[::1", false},
      {"http://[]/", false},
      {"http://[::1]x/", false},
      {"http://example.com:8o/", false},
      {"http://a@b@c/", false},
      {std::string_view("http://a\0b", 10), false},
      {"http://example.com/\xC3", false},
  };
  hold(is_iri, rows);
}

TEST_CASE("a language tag follows RFC 5646") {
  static constexpr Row rows[] = {
      {"de", true},
      {"de-DE", true},
      {"zh-Hant", true},
      {"zh-Hans-CN", true},
      {"sr-Latn-RS", true},
      {"cmn", true},
      {"tlh", true},
      {"und", true},
      {"es-419", true},
      {"EN-us", true},
      {"zh-cmn-Hans-CN", true},
      {"zh-yue-HK", true},
      {"sl-rozaj-biske-1994", true},
      {"de-CH-1901", true},
      {"hy-Latn-IT-arevela", true},
      {"en-a-myext-b-another", true},
      {"de-DE-u-co-phonebk", true},
      {"x-whatever", true},
      {"en-x-a", true},
      {"de-x-a-b-c", true},
      {"abcde", true},  // registered languages may be this long
      {"i-klingon", true},
      {"I-Klingon", true},
      {"en-GB-oed", true},
      {"sgn-BE-FR", true},
      {"art-lojban", true},
      {"zh-min-nan", true},
      {"", false},
      {"d", false},
      {"i", false},
      {"i-unknown", false},
      {"something", false},
      {"a12345678", false},
      {"a12345", false},
      {"12", false},
      {"en_US", false},
      {"en-", false},
      {"-en", false},
      {"en--US", false},
      {"en-US ", false},
      {"en-u", false},
      {"en-x", false},
      {"x", false},
      {"en-a-b", false},
      {"en-US-GB", false},
      {"en-Latn-Cyrl", false},
      {"en-abcdefghi", false},
      {"zh-z-aaa-z-bbb-c-ccc", false},
      {"en-a-bbb-A-ccc", false},
      {"de-1901-1901", false},
      {"sl-ROZAJ-rozaj", false},
      {"d\xC3\xA9", false},
  };
  hold(is_language_tag, rows);
  CHECK_FALSE(is_language_tag("x" + std::string(300, '-')));
  std::string endless = "en-x";
  while (endless.size() < 300) endless += "-abc";
  CHECK_FALSE(is_language_tag(endless));
}

TEST_CASE("a duration has units in order and a fraction on the smallest") {
  static constexpr Row rows[] = {
      {"PT4H35M59.14S", true},
      {"P3Y1M29DT4H35M59.14S", true},
      {"PT16559.14S", true},
      {"PT1H0M0.1S", true},
      {"PT0S", true},
      {"P3Y", true},
      {"P4W", true},
      {"P0.5Y", true},
      {"P1,5W", true},
      {"PT0,25H", true},
      {"P1M", true},
      {"PT1M", true},
      {"P1DT1S", true},
      {"PT1.123456789S", true},
      {"", false},
      {"P", false},
      {"PT", false},
      {"P1DT", false},
      {"P4W1D", false},
      {"P1Y4W", false},
      {"PA1H0M0S", false},
      {"1H", false},
      {"pt1h", false},
      {"P1H", false},
      {"PT1D", false},
      {"P1D1Y", false},
      {"P1Y1Y", false},
      {"PT1S1M", false},
      {"PT1.S", false},
      {"PT.5S", false},
      {"PT1.5M3S", false},
      {"P1.5DT1S", false},
      {"P-1D", false},
      {"-P1D", false},
      {"P1", false},
      {"P0001-01-01T00:00:00", false},
      {"PT1ST1S", false},
      {"PW", false},
      {"PT1W", false},
      {"PT1S ", false},
      {"should fail", false},
  };
  hold(is_duration, rows);
}

TEST_CASE("a media type has two tokens and parameters") {
  static constexpr Row rows[] = {
      {"text/plain", true},
      {"text/plain; charset=ascii", true},
      {"text/plain;charset=\"a;\\\"b\"", true},
      {"application/vnd.x+json ; a=b ; c=d", true},
      {"image/jpeg;", true},
      {"", false},
      {"text", false},
      {"text/", false},
      {"/plain", false},
      {"text/plain/x", false},
      {"text plain", false},
      {"text/plain charset=ascii", false},
      {"text/plain; charset", false},
      {"text/plain; charset=", false},
      {"text/plain; charset=\"a", false},
      {"text/plain; charset=\"a\\", false},
      {"t\xC3\xA9xt/plain", false},
      {std::string_view("text/pl\0in", 10), false},
  };
  hold(is_media_type, rows);
}

TEST_CASE("an mbox is a mailto IRI of one address") {
  static constexpr Row rows[] = {
      {"mailto:ada@example.com", true},
      {"MAILTO:ada@example.com", true},
      {"mailto:a.b+c_d%65'f@sub.example.co.uk", true},
      {"mailto:a.b+c_d%e'f@sub.example.co.uk", false},
      {"mailto:user%@example.com", false},
      {"mailto:us^er@example.com", false},
      {"mailto://ada@example.com", false},
      {"mailto:root@localhost", true},
      {"mailto:a@my_host.example", true},
      {"mailto:%22a%20b%22@example.com", true},
      {"mailto:a?b@example.com", false},
      {"mailto:a#b@example.com", false},
      {"mailto:a@b..c", false},
      {"mailto:a@b/c", false},
      {"mailto:\xC3\xA9@\xC3\xA9.example", true},
      {"mailto:\"a b\\\"c\"@example.com", false},
      {"", false},
      {"mailto:", false},
      {"mailto:@example.com", false},
      {"mailto:ada@", false},
      {"mailto:should.fail.com", false},
      {"mailto:ada@example.", false},
      {"mailto:ada@.example.com", false},
      {"mailto:ada@exa mple.com", false},
      {"mailto:a b@example.com", false},
      {"mailto:a@b@example.com", false},
      {"mailto:ada@example.com?subject=x", false},
      {"mailto:ada@example.com,bob@example.com", false},
      {"mailto:\"a\"b\"@example.com", false},
      {"mailto:\"@example.com", false},
      {"ada@example.com", false},
      {"http://ada@example.com", false},
      {"mailto: ada@example.com", false},
  };
  hold(is_mbox, rows);
}

TEST_CASE("a version is one of those served, in any patch") {
  for (const auto* text :
       {"1.0", "1.0.0", "1.0.3", "1.0.99", "1.0.3-rc1", "1.0.3-rc.1-a+b.2", "1.0.3+b-1"})
    CHECK(parse_version(text) == Version::v1_0_3);
  for (const auto* text : {"2.0", "2.0.0", "2.0.12"}) CHECK(parse_version(text) == Version::v2_0_0);
  for (const auto* text :
       {"",       "1",           "1.",        "1.0.",     "1.0.x",      "1.0.1.",   "1.0.1.1",
        "0.9.9",  "1.1.0",       "2.1.0",     "10.0",     "1.00",       "1.0 ",     " 1.0",
        "bad",    "1.0-rc1",     "1.0.-rc1",  "1.0.3-",   "1.0.3-a..b", "1.0.3-.a", "1.0.3-a.",
        "1.0.3+", "1.0.3-a+b+c", "1.0.3-a_b", "1.0.3rc1", "2.0.0-rc1"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_version(text));
  }
  CHECK(text_of(Version::v1_0_3) == "1.0.3");
  CHECK(text_of(Version::v2_0_0) == "2.0.0");
}

}  // namespace lectern::xapi
