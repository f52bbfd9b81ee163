#include "pipeline/data/objects/xml.h"

#include <doctest/doctest.h>

namespace lectern::pipeline::objects {
namespace {

/// `path=text;` of each element, or "malformed".
std::string read(std::string_view xml) {
  std::string out;
  const auto done = for_each_element(xml, [&out](std::string_view path, const std::string& text) {
    out += std::string(path) + "=" + text + ";";
  });
  return done ? out : "malformed";
}

TEST_CASE("elements come with their path and text, when they end") {
  CHECK(
      read(
          "<?xml version=\"1.0\"?>\n<a xmlns=\"http://x/\">\n <b>1</b><c><d>2</d></c><e/>\n</a>") ==
      "/a/b=1;/a/c/d=2;/a/c=;/a/e=;/a=;");
  CHECK(read("<a><b x='>'>&lt;&amp;&gt;&quot;&apos;&#233;&#x20ac;&#x1F600;</b></a>") ==
        "/a/b=<&>\"'\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80;/a=;");
  CHECK(read("<a><!-- <b> --><![CDATA[<x>&amp;]]></a>\n") == "/a=<x>&amp;;");
}

TEST_CASE("what is not well formed is refused") {
  for (const char* const xml :
       {"", "text", "<a>", "<a></b>", "</a>", "<a/><b/>", "<a>&none;</a>", "<a>&#xD800;</a>",
        "<a>&amp</a>", "<a", "<>", "<a><!-- </a>", "<a><![CDATA[ </a>", "<a>&#1114112;</a>"}) {
    CAPTURE(xml);
    CHECK(read(xml) == "malformed");
  }
  std::string deep;
  for (int i = 0; i < 17; ++i) deep += "<a>";
  for (int i = 0; i < 17; ++i) deep += "</a>";
  CHECK(read(deep) == "malformed");
  CHECK(read(deep.substr(3, deep.size() - 7)) != "malformed");
}

}  // namespace
}  // namespace lectern::pipeline::objects
