#include "base/json.h"

#include <fstream>

#include <doctest/doctest.h>

namespace lectern::json {

TEST_CASE("a text is read with every member where it stood") {
  const auto document = parse(R"( {"a" : [1, 2.50,{"b\n":"x\u00e9\ud83d\ude00"}], "c":null } )");
  REQUIRE(document);
  const Value root = (*document)->root();
  CHECK(root.size() == 2);
  CHECK(root.source() == R"({"a" : [1, 2.50,{"b\n":"x\u00e9\ud83d\ude00"}], "c":null })");
  const Value a = *root.find("a");
  CHECK(a.source() == R"([1, 2.50,{"b\n":"x\u00e9\ud83d\ude00"}])");
  CHECK(a.key_source() == "\"a\"");
  auto element = a.children().begin();
  CHECK((*element).as_integer() == 1);
  CHECK((*++element).number() == "2.50");
  const Value inner = *(*++element).find("b\n");
  CHECK(inner.string() == "x\xC3\xA9\xF0\x9F\x98\x80");
  CHECK(inner.pointer() == "/a/2/b\n");
  CHECK(root.find("c")->is(Type::null));
}

TEST_CASE("numbers keep every digit, also beyond 64 bits and beyond a double") {
  const auto document = parse("[123456789012345678901234567890, 1e400, -0.10, -1e-400]");
  REQUIRE(document);
  std::vector<std::string> tokens;
  for (const Value v : (*document)->root().children()) tokens.emplace_back(v.number());
  CHECK(tokens ==
        std::vector<std::string>{"123456789012345678901234567890", "1e400", "-0.10", "-1e-400"});
}

TEST_CASE("what must never be stored is refused") {
  const std::string deep(100000, '[');
  for (const std::string& text : std::vector<std::string>{"",
                                                          " ",
                                                          "{",
                                                          "}",
                                                          "[1,]",
                                                          "[,1]",
                                                          "{\"a\":1,}",
                                                          "{\"a\" 1}",
                                                          "{a:1}",
                                                          "[1 2]",
                                                          "[1}",
                                                          "{\"a\":1]",
                                                          "nul",
                                                          "[nulll]",
                                                          "[tru]",
                                                          "[01]",
                                                          "[1.]",
                                                          "[.5]",
                                                          "[+1]",
                                                          "[1e]",
                                                          "[-]",
                                                          "[NaN]",
                                                          "[Infinity]",
                                                          "[\"\\x\"]",
                                                          "[\"\\u12\"]",
                                                          "[\"\\ud800\"]",
                                                          "[\"\\udc00\"]",
                                                          "[\"\\ud800\\u0041\"]",
                                                          "[\"a\nb\"]",
                                                          "[\"\xff\"]",
                                                          "[\"\xc0\x80\"]",
                                                          "[\"abc]",
                                                          "[] []",
                                                          "{} x",
                                                          "[\"a\"b]",
                                                          "[\"a\" \"b\"]",
                                                          "1 2",
                                                          "\"a\" b",
                                                          "{\"a\":1,\"a\":2}",
                                                          "{\"a\":1,\"\\u0061\":2}",
                                                          R"({"a":{"b":{"c":"d":}}},"e":{}})",
                                                          R"({"a":["b":1]})",
                                                          deep}) {
    CAPTURE(text.substr(0, 40));
    const auto document = parse(text);
    REQUIRE(!document);
    CHECK(document.error().code == Code::invalid);
  }
}

TEST_CASE("a duplicate key among many is found and its object named") {
  std::string text = "[{\"x\":{";
  for (int i = 0; i < 100; ++i) text += "\"k" + std::to_string(i) + "\":0,";
  const auto document = parse(text + "\"k7\":1}}]");
  REQUIRE(!document);
  CHECK(document.error().path == "/0/x");
}

TEST_CASE("a root may be any value") {
  for (const std::string text : {"1", " true ", "null", "\"a\"", "[]", "{}", "  -1.5e3\n"}) {
    CAPTURE(text);
    CHECK(parse(text));
  }
}

TEST_CASE("depth is bounded, not forbidden") {
  const auto nested = [](std::size_t n) { return std::string(n, '[') + std::string(n, ']'); };
  CHECK(parse(nested(100)));
  CHECK(!parse(nested(200)));
}

TEST_CASE("a quoted text reads back as itself") {
  std::string text;
  for (int c = 1; c < 128; ++c) text += static_cast<char>(c);
  text += "é😀";
  const auto document = parse("[" + quoted(text) + "]");
  REQUIRE(document);
  CHECK((*(*document)->root().children().begin()).string() == text);
}

}  // namespace lectern::json
