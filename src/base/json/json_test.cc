#include "base/json/json.h"

#include <chrono>
#include <fstream>
#include <thread>

#include <doctest/doctest.h>

#include "base/limits.h"

namespace lectern::json {
namespace {

constexpr std::size_t mib = 1024 * 1024;

std::string repeated(std::string_view piece, std::size_t bytes) {
  std::string text;
  text.reserve(bytes + piece.size());
  while (text.size() < bytes) text += piece;
  return text;
}

/// The array of this element, again and again, in about so many bytes.
std::string array_of(std::string_view element, std::size_t bytes) {
  std::string text = repeated(std::string(element) + ",", bytes);
  text.back() = ']';
  return "[" + text;
}

/// A line of this process' status in bytes: VmRSS, or VmHWM, its peak.
std::size_t memory_bytes(std::string_view line) {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    std::size_t kib = 0;
    if (word == std::string(line) + ":" && status >> kib) return kib * 1024;
  }
  return 0;
}

/// How much more memory the process had at most while it parsed this, its text counted.
std::size_t peak_bytes(const std::string& text, Rules rules) {
  std::ofstream("/proc/self/clear_refs") << "5";  // sets the peak back to what is used now
  const std::size_t before = memory_bytes("VmRSS");
  { const auto document = parse_view(text, rules); }
  const std::size_t peak = memory_bytes("VmHWM");
  return text.size() + (peak > before ? peak - before : 0);
}

}  // namespace

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
                                                          "{\"a\"b:1}",
                                                          "{\"a\":1:2}",
                                                          "{\"a\":1,2}",
                                                          "{1:2}",
                                                          "{\"a\"}",
                                                          "[:]",
                                                          ",",
                                                          "[\"a\"1]",
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

TEST_CASE("reading takes at most five times the text, and 16 MiB, whatever is in it") {
  std::string keys = "{";
  for (int i = 0; keys.size() < 16 * mib; ++i) keys += "\"k" + std::to_string(i) + "\":1,";
  keys.back() = '}';
  for (const std::size_t size : {mib / 16, mib, 3 * mib, 16 * mib})
    for (const std::string& text :
         {array_of("[]", size), array_of("1", size), array_of("{}", size), array_of("\"\"", size),
          array_of("12345678901", size), array_of(R"("\n\n\n\n\n\n")", size),
          array_of(R"({"a":1,"b":"\n"})", size), "\"" + repeated("\\n", size) + "\"",
          "[1 1," + std::string(size, '['), std::string(size, ':'), keys.substr(0, size), keys}) {
      CAPTURE(text.substr(0, 20));
      CAPTURE(text.size());
      CHECK(peak_bytes(text, {.bounded = true}) <= 5 * text.size() + 16 * mib);
    }
}

TEST_CASE("a thread gives back what a large text took") {
  const std::string text = "[1 1," + std::string(32 * mib, '[');
  std::size_t before = 0, behind = 0;
  std::thread([&] {
    REQUIRE(parse("[1]"));
    before = memory_bytes("VmRSS");
    REQUIRE(!parse_view(text, {}));
    behind = memory_bytes("VmRSS");
  }).join();
  CHECK(behind <= before + 8 * mib);
}

TEST_CASE("a text with more values than its bound is refused before it is read") {
  const auto few = parse(array_of("[]", 600'000), {.bounded = true});
  CHECK(few);
  const auto many = parse(array_of("[]", 3 * mib), {.bounded = true});
  REQUIRE(!many);
  CHECK(many.error().code == Code::too_large);
  CHECK(many.error().message.find(std::to_string(values_max(3 * mib))) != std::string::npos);
  CHECK(many.error().message.find("in all") != std::string::npos);
  CHECK(parse(array_of("[]", 3 * mib)));  // what was accepted once is read
  CHECK(parse(array_of("123456789012", 30 * mib), {.bounded = true}));
  CHECK(values_max(4096 * mib) == limits::json_values_max);
}

TEST_CASE("the place of each of many values is found in no time, and each of many members") {
  const auto array = parse(array_of("1", 600'000));
  REQUIRE(array);
  std::size_t bytes = 0;
  const auto begin = std::chrono::steady_clock::now();
  for (const Value one : (*array)->root().children()) bytes += one.pointer().size();
  // Indexes of one to six digits, a slash before each.
  CHECK(bytes == 300'000 * 7 - 100'000 - 10'000 - 1'000 - 100 - 10);

  std::string text = "{";
  for (int i = 0; i < 300'000; ++i)
    text += "\"k" + std::to_string(i) + "\":" + std::to_string(i) + ",";
  text.back() = '}';
  const auto object = parse(text);
  REQUIRE(object);
  const Value root = (*object)->root();
  for (int i = 0; i < 300'000; ++i) REQUIRE(root.find("k" + std::to_string(i))->as_integer() == i);
  CHECK(!root.find("k300000"));
  CHECK(!root.find(""));
  // By the square it would be minutes.
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(20));
}

TEST_CASE("members are found by their unescaped keys, however many there are") {
  for (const int members : {3, 20, 100}) {
    std::string text = "{";
    for (int i = 0; i < members; ++i)
      text += "\"\\u006b\\n" + std::to_string(i) + "\":[\"\\t" + std::to_string(i) + "\"],";
    text.back() = '}';
    const auto document = parse(text);
    REQUIRE(document);
    for (int i = 0; i < members; ++i) {
      const auto found = (*document)->root().find("k\n" + std::to_string(i));
      REQUIRE(found);
      CHECK(found->key_source() == "\"\\u006b\\n" + std::to_string(i) + "\"");
      CHECK((*found->children().begin()).string() == "\t" + std::to_string(i));
      CHECK((*found->children().begin()).size() == 0);
    }
  }
}

TEST_CASE("a lenient reader takes duplicate keys and lone surrogates, and nothing else besides") {
  const Rules lenient{.lenient = true};
  const auto document = parse(R"({"a":1,"\ud800":"\udc00x","\u0061":2})", lenient);
  REQUIRE(document);
  CHECK((*document)->root().size() == 3);
  CHECK((*document)->root().find("a")->as_integer() == 1);
  CHECK((*document)->root().find("\xED\xA0\x80")->string() == "\xED\xB0\x80x");
  std::string many = "{";
  for (int i = 0; i < 100; ++i) many += "\"k\":0,";
  many.back() = '}';
  CHECK(parse(many, lenient));
  for (const std::string text :
       {"{\"a\":1,}", "[\"\xff\"]", "[\"\\ud8\"]", "[01]", "", "[\"\\x\"]"})
    CHECK(!parse(text, lenient));
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
