#include "store/elasticsearch/schema/packed_text.h"

#include <random>

#include <doctest/doctest.h>

#include "base/digest.h"
#include "base/json/json.h"

namespace lectern::store::elasticsearch {
namespace {

const std::string id(36, 'd');

/// Somebody's statement, in the spelling of a client that writes no blanks.
const std::string statement =
    R"({"id":")" + id +
    R"(","verb":{"id":"http://adlnet.gov/expapi/verbs/answered","display":{"en-US":"answered"}},)"
    R"("actor":{"objectType":"Agent","account":{"homePage":"http://example.org","name":"ada"}},)"
    R"("object":{"id":"http://example.org/activities/1","objectType":"Activity"},)"
    R"("result":{"score":{"scaled":1.10,"raw":1234567890123456789012},"success":true},)"
    R"("timestamp":"2024-01-01T00:00:00Z","stored":"2024-01-01T00:00:00.000000Z"})";

/// The same as Elasticsearch may give it back: sorted, numbers respelt, with and without our part.
const std::string respelt =
    R"({"actor":{"account":{"homePage":"http://example.org","name":"ada"},"objectType":"Agent"},)"
    R"("id":")" +
    id +
    R"(","lectern":{"stored":1},)"
    R"("object":{"id":"http:\/\/example.org\/activities\/1","objectType":"Activity"},)"
    R"("result":{"score":{"raw":1.2345678901234568E21,"scaled":1.1},"success":true},)"
    R"("stored":"2024-01-01T00:00:00.000000Z","timestamp":"2024-01-01T00:00:00Z",)"
    R"("verb":{"display":{"en-US":"answered"},"id":"http://adlnet.gov/expapi/verbs/answered"}})";

std::string packed(const std::string& text) {
  const auto packed = pack_text(text);
  REQUIRE(packed.has_value());
  return *packed;
}

/// Any JSON value, in any spelling.
class Anything {
 public:
  explicit Anything(unsigned seed) : random_(seed) {}

  std::string object(int depth) {
    std::string out = "{";
    for (unsigned i = 0, count = pick(6); i < count; ++i) {
      if (i > 0) out += "," + blank();
      out += blank() + json::quoted(word() + std::to_string(i)) + blank() + ":" + blank() +
             value(depth);
    }
    return out + blank() + "}";
  }

 private:
  unsigned pick(unsigned below) { return static_cast<unsigned>(random_() % below); }
  std::string blank() { return std::vector<std::string>{"", "", " ", "\n  "}[pick(4)]; }
  std::string word() {
    return std::vector<std::string>{
        "name", "", ".", "lectern", "é\"\\\n", "http://x/", "\x01"}[pick(7)];
  }
  std::string value(int depth) {
    switch (pick(depth > 0 ? 8 : 6)) {
      case 0:
        return "null";
      case 1:
        return pick(2) == 0 ? "true" : "false";
      case 2:
        return std::vector<std::string>{"0", "-1.50", "12345678901234567890", "0.1"}[pick(4)];
      case 3:
        return std::vector<std::string>{"{}", "[]", "[{}]", "[null]", R"({"a":[]})"}[pick(5)];
      case 4:
        return R"("\ud83d\ude00\u00e9\/")";
      case 5:
        return json::quoted(word() + std::string(pick(300), 'x'));
      case 6:
        return "[" + blank() + value(depth - 1) + "," + blank() + value(depth - 1) + "]";
      default:
        return object(depth - 1);
    }
  }

  std::mt19937 random_;
};

}  // namespace

TEST_CASE("a packed text comes back exactly from what Elasticsearch makes of the statement") {
  const auto small = packed(statement);
  CHECK(small.size() < statement.size() / 3);
  CHECK(unpack_text(small, respelt).value() == statement);
  CHECK(unpack_text(small, statement).value() == statement);
}

TEST_CASE("a text with blanks between its tokens is packed as well") {
  std::string spacious;
  for (std::size_t i = 0; i < statement.size(); ++i) {
    spacious += statement[i];
    const bool between = statement[i] == ',' || (statement[i] == ':' && statement[i - 1] == '"');
    if (between) spacious += ' ';
  }
  const auto small = packed(spacious);
  CHECK(small.size() < statement.size() / 3);
  CHECK(unpack_text(small, respelt).value() == spacious);
}

TEST_CASE("what a shadow leaves out may be in `_source` or not") {
  const std::string text = R"({"a":{"b":{},"c":[null,{}]},"d":null,"long":")" +
                           std::string(200, 'x') + R"(","n":[1,null,2.50,[]]})";
  CHECK(unpack_text(packed(text), R"({"long":")" + std::string(200, 'x') + R"(","n":[1,2.5]})")
            .value() == text);
}

TEST_CASE("any text comes back exactly") {
  for (unsigned seed = 0; seed < 3000; ++seed) {
    Anything anything(seed);
    const auto text = anything.object(5);
    CAPTURE(text);
    if (const auto small = pack_text(text)) CHECK(unpack_text(*small, text).value() == text);
  }
}

TEST_CASE("a text beyond the reach of the dictionary comes back exactly") {
  std::string text = R"({"a":")" + std::string(100'000, 'a') + R"(","many":[)";
  for (int i = 0; i < 20'000; ++i) text += "\"" + std::to_string(i) + "\",";
  text += R"("last"],"z":1})";
  CHECK(unpack_text(packed(text), text).value() == text);
}

TEST_CASE("a text is not packed where that would not pay or not be sure") {
  CHECK_FALSE(pack_text("{}").has_value());
  CHECK_FALSE(pack_text("").has_value());
  CHECK_FALSE(pack_text("[1]").has_value());
  CHECK_FALSE(pack_text(std::string(statement).insert(1, R"("n":1e400,)")).has_value());
  const std::string huge = "1" + std::string(400, '0');
  CHECK_FALSE(pack_text(std::string(statement).insert(1, "\"n\":" + huge + ",")).has_value());
}

TEST_CASE("a packed text that does not go with its statement is an error") {
  const auto small = packed(statement);
  auto other = respelt;
  other.replace(other.find("ada"), 3, "bob");
  for (const auto& source : {std::string("{}"), std::string("[]"), std::string("1"), other}) {
    const auto text = unpack_text(small, source);
    REQUIRE_FALSE(text.has_value());
    CHECK(text.error().code == Code::internal);
  }
}

TEST_CASE("a damaged packed text is an error and costs no memory") {
  const auto bytes = from_base64(packed(statement)).value();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    CHECK_FALSE(unpack_text(to_base64(bytes.substr(0, i)), respelt).has_value());
    for (int bit = 0; bit < 8; ++bit) {
      auto odd = bytes;
      odd[i] = static_cast<char>(odd[i] ^ (1 << bit));
      const auto text = unpack_text(to_base64(odd), respelt);
      if (text) CHECK(*text == statement);  // the same by another way
    }
  }
  CHECK_FALSE(unpack_text("", respelt).has_value());
  CHECK_FALSE(unpack_text("?", respelt).has_value());
  const auto boast = std::string("\0\xFF\xFF\xFF\x7D", 5) + std::string(20, '\0');
  CHECK_FALSE(unpack_text(to_base64(boast), respelt).has_value());
}

}  // namespace lectern::store::elasticsearch
