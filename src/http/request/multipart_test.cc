#include "http/request/multipart.h"

#include <string>

#include <doctest/doctest.h>

#include "base/digest.h"
#include "base/limits.h"

namespace lectern::http {
namespace {

TEST_CASE("the boundary is found bare, quoted, escaped, among other parameters") {
  const auto boundary = [](std::string_view type) {
    const auto found = multipart_boundary(type);
    return found ? *found : "(" + found.error().message + ")";
  };
  CHECK(boundary("multipart/mixed; boundary=abc") == "abc");
  CHECK(boundary("Multipart/Mixed;BOUNDARY=abc") == "abc");
  CHECK(boundary("multipart/mixed; boundary=\"a b;c\"; x=y") == "a b;c");
  CHECK(boundary("multipart/mixed; boundary=\"a\\\"b\"") == "a\"b");
  CHECK(boundary("multipart/mixed; charset=utf-8; boundary=---3.14 ") == "---3.14");
  CHECK(boundary("multipart/mixed; x=\"; boundary=no\"; boundary=yes") == "yes");
  CHECK(boundary("multipart/mixed; flag; boundary=b") == "b");
}

TEST_CASE("a Content-Type without a usable boundary is invalid") {
  for (const char* type :
       {"multipart/mixed", "multipart/mixed;", "multipart/mixed; boundary", "multipart/mixed; x=y",
        "multipart/mixed; boundary=", "multipart/mixed; boundary=\"\"", "multipart/mixed; ;=;",
        "multipart/form-data; boundary=a", "application/json", "", "multipart/mixed; boundary=\x01",
        "multipart/mixed; boundary=\"a"}) {
    CAPTURE(type);
    const auto found = multipart_boundary(type);
    if (std::string_view(type).ends_with("\"a")) {
      CHECK(found.value() == "a");  // an unclosed quote: the boundary is still plain
      continue;
    }
    REQUIRE_FALSE(found);
    CHECK(found.error().code == Code::invalid);
  }
}

TEST_CASE("parts are cut out byte for byte") {
  const std::string body =
      "--b\r\nContent-Type:application/json\r\n\r\n{}\r\n--b\r\n"
      "X-Experience-API-Hash:  12 \r\ncontent-transfer-encoding: "
      "binary\r\n\r\n\r\n--bx\r\n-\r\n\r\n"
      "--b  \r\n\r\nno headers\r\n--b\r\nOnly: headers\r\n--b\r\n\r\n--b--\r\nepilogue";
  const auto parts = split_multipart(body, "b");
  REQUIRE(parts);
  REQUIRE(parts->size() == 5);
  CHECK(parts->at(0).content == "{}");
  CHECK(parts->at(0).find("content-type") == "application/json");
  CHECK(parts->at(1).content == "\r\n--bx\r\n-\r\n");
  CHECK(parts->at(1).find("x-experience-api-hash") == "12");
  CHECK(parts->at(1).find("Content-Transfer-Encoding") == "binary");
  CHECK(parts->at(1).find("Content-Type") == std::nullopt);
  CHECK(parts->at(2).content == "no headers");
  CHECK(parts->at(2).headers.empty());
  CHECK(parts->at(3).content.empty());
  CHECK(parts->at(3).find("only") == "headers");
  CHECK(parts->at(4).content.empty());
}

TEST_CASE("a boundary of dashes and line breaks before the first one are accepted") {
  const auto parts = split_multipart(
      "\r\n\r\n---------314\r\nA:b\r\n\r\nx\r\n---------314\r\nA:b\r\n\r\n---\r\n---------314--",
      "-------314");
  REQUIRE(parts);
  REQUIRE(parts->size() == 2);
  CHECK(parts->at(0).content == "x");
  CHECK(parts->at(1).content == "---");
}

TEST_CASE("an empty part shares the line break of two boundaries") {
  const auto parts = split_multipart("--b\r\n--b\r\n\r\n\r\n--b--", "b");
  REQUIRE(parts);
  REQUIRE(parts->size() == 2);
  CHECK(parts->at(0).content.empty());
  CHECK(parts->at(1).content.empty());
}

TEST_CASE("lines may all end in LF alone, where the first one does") {
  const auto parts = split_multipart(
      "\n--b\nA: b\nC:d\r\n\n{}\n--b \r\n\nx\r\n--bc\n\r\n--b\n--b\n\n\n--b--\n", "b");
  REQUIRE(parts);
  REQUIRE(parts->size() == 4);
  CHECK(parts->at(0).find("A") == "b");
  CHECK(parts->at(0).find("C") == "d");
  CHECK(parts->at(0).content == "{}");
  CHECK(parts->at(1).content == "x\r\n--bc\n\r");
  CHECK(parts->at(2).content.empty());
  CHECK(parts->at(3).content.empty());
}

std::string part_of(std::string_view content, std::string_view named) {
  return "--b\r\nX-Experience-API-Hash: " + to_hex(sha256(named)) + "\r\n\r\n" +
         std::string(content);
}

TEST_CASE("a part whose hash its bytes have ends before a boundary without a line break") {
  const std::string tricky = "3--b\r\nx--b--";
  const std::string body = "--b\r\n\r\n{}\r\n" + part_of("1", "1") + part_of("", "") +
                           part_of(tricky, tricky) + part_of("5\r\n", "5\r\n") +
                           part_of("4--b\r\n", "4--b\r\n") + "\r\n--b--";
  const auto parts = split_multipart(body, "b");
  REQUIRE(parts);
  REQUIRE(parts->size() == 6);
  CHECK(parts->at(0).content == "{}");
  CHECK(parts->at(1).content == "1");
  CHECK(parts->at(2).content.empty());
  CHECK(parts->at(3).content == tricky);
  CHECK(parts->at(4).content == "5\r\n");
  CHECK(parts->at(5).content == "4--b\r\n");
}

TEST_CASE("where no hash says so, or too far behind, a boundary without a line break is content") {
  const std::string other = part_of("1", "other") + part_of("2", "2");
  CHECK(split_multipart(other + "\r\n--b--", "b")->size() == 1);
  CHECK(split_multipart("--b\r\n\r\nx--b\r\n\r\ny\r\n--b--", "b")->size() == 1);
  std::string content = "x";
  for (std::size_t i = 0; i < glued_delimiters_max - 1; ++i) content += "--b\r\nx";
  CHECK(split_multipart(part_of(content, content) + "--b\r\n\r\n\r\n--b--", "b")->size() == 2);
  content += "--b\r\nx";
  CHECK(split_multipart(part_of(content, content) + "--b\r\n\r\n\r\n--b--", "b")->size() == 1);
}

TEST_CASE("malformed bodies are invalid") {
  for (const char* body :
       {"", "--", "--b", "--b--", "--b--\r\n", "--b\r\n", "--b\r\n\r\nx", "--b\r\n\r\nx\r\n--b",
        "--b\r\n\r\nx\r\n--c--", "--b\r\n\r\nx\n--b--", "--b\n\nx--b--",
        "preamble\r\n--b\r\n\r\nx\r\n--b--", "--bx\r\n\r\nx\r\n--b--",
        "--b\r\nno colon\r\n\r\nx\r\n--b--", "--b\r\n: no name\r\n\r\nx\r\n--b--",
        "--b\r\nA : b\r\n\r\nx\r\n--b--", "--b\r\nA: b\r\n folded: c\r\n\r\nx\r\n--b--",
        "--b\r\nA: b\r\nx\r\n--b--"}) {
    CAPTURE(body);
    const auto parts = split_multipart(body, "b");
    REQUIRE_FALSE(parts);
    CHECK(parts.error().code == Code::invalid);
    CHECK(parts.error().rule == "Communication 1.5.2");
  }
}

TEST_CASE("too many parts or headers are refused") {
  std::string parts;
  for (std::size_t i = 0; i <= limits::multipart_parts_max; ++i) parts += "--b\r\n\r\nx\r\n";
  CHECK(split_multipart(parts + "--b--", "b").error().code == Code::too_large);
  CHECK(split_multipart(parts.substr(10) + "--b--", "b")->size() == limits::multipart_parts_max);

  std::string headers;
  for (std::size_t i = 0; i <= limits::part_headers_max; ++i) headers += "A: b\r\n";
  CHECK(split_multipart("--b\r\n" + headers + "\r\nx\r\n--b--", "b").error().code ==
        Code::too_large);
}

TEST_CASE("what the writer writes, the splitter reads") {
  MultipartWriter writer;
  std::string body = writer.head({{"Content-Type", "application/json"}}) + "{}";
  body += writer.head({{"A", "1"}, {"B", "2"}}) + std::string("\0\r\n--", 5);
  body += writer.head({}) + writer.end();
  const auto boundary = multipart_boundary(writer.content_type());
  REQUIRE(boundary);
  CHECK(writer.content_type() == "multipart/mixed; boundary=" + *boundary);
  const auto parts = split_multipart(body, *boundary);
  REQUIRE(parts);
  REQUIRE(parts->size() == 3);
  CHECK(parts->at(0).content == "{}");
  CHECK(parts->at(1).content == std::string_view("\0\r\n--", 5));
  CHECK(parts->at(1).find("B") == "2");
  CHECK(parts->at(2).content.empty());
  CHECK(MultipartWriter().content_type() != MultipartWriter().content_type());
}

}  // namespace
}  // namespace lectern::http
