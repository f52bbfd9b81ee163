#include "http/page.h"

#include <doctest/doctest.h>

namespace lectern::http {

TEST_CASE("values take their places in a page, and cannot become markup") {
  CHECK(with_value("<a href=\"{{root}}/\">{{root}}</a>", "root", "/x") == "<a href=\"/x/\">/x</a>");
  CHECK(with_value("{{other}}", "root", "/x") == "{{other}}");
  CHECK(with_value("{{root}}", "root", "{{root}}") == "{{root}}");
  CHECK(html_escaped("\"><script>'&") == "&quot;&gt;&lt;script&gt;&#39;&amp;");
}

TEST_CASE("a policy names an inline element by its digest") {
  // printf 'a' | openssl dgst -sha256 -binary | base64
  CHECK(inline_source("<p><style>a</style>", "style") ==
        "'sha256-ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs='");
}

}  // namespace lectern::http
