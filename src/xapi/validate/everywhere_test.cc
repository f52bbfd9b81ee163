// Rules that hold at every place of a statement: each complete statement is broken at each place.
#include <algorithm>
#include <functional>
#include <string>

#include <doctest/doctest.h>

#include "xapi/testing/complete_statements_test.h"
#include "xapi/testing/rewrite_test.h"
#include "xapi/validate/validate.h"

namespace lectern::xapi {
namespace {

using json::Type;
using json::Value;

bool is_free(Value value) { return value.key() == "extensions"; }

bool is_language_map(Value value) {
  const std::string_view key = value.key();
  return key == "display" || key == "description" || (key == "name" && value.is(Type::object));
}

/// Calls `visit` with every value below this one, but for what extensions hold.
void for_each(Value value, const std::function<void(Value)>& visit) {
  for (const Value child : value.children()) {
    visit(child);
    if (!is_free(child)) for_each(child, visit);
  }
}

/// The text of the document with the part replaced.
std::string with(Value root, std::string_view part, std::string_view by) {
  const std::string_view all = root.source();
  std::string out(all);
  out.replace(static_cast<std::size_t>(part.data() - all.data()), part.size(), by);
  return out;
}

/// The statement is refused in both versions, at this path if one is given.
void check_refused(const std::string& text, std::string_view path, std::string_view rule) {
  CAPTURE(text);
  const auto document = read(text);
  for (const auto version : {Version::v1_0_3, Version::v2_0_0}) {
    const auto result = validate_statement(document->root(), version);
    REQUIRE_FALSE(result);
    CHECK(result.error().code == Code::invalid);
    CHECK_FALSE(result.error().message.empty());
    // What 1.0.3 refuses altogether it refuses before it looks inside.
    const std::string& at = result.error().path;
    if (version == Version::v1_0_3 &&
        (at == "/context/contextAgents" || at == "/context/contextGroups"))
      continue;
    if (!path.empty()) CHECK(at == path);
    if (!rule.empty()) CHECK(result.error().rule == rule);
  }
}

bool is_added_in_2_0(std::string_view text) {
  return text.find("contextAgents") != std::string_view::npos;
}

}  // namespace

TEST_CASE("complete statements are valid, those with contextAgents in 2.0.0 only") {
  for (const auto text : complete_statements) {
    CAPTURE(text);
    const auto document = read(std::string(text));
    const auto in_2 = validate_statement(document->root(), Version::v2_0_0);
    CHECK_MESSAGE(in_2, (in_2 ? "" : in_2.error().path + " " + in_2.error().message));
    const auto in_1 = validate_statement(document->root(), Version::v1_0_3);
    CHECK(in_1.has_value() != is_added_in_2_0(text));
  }
}

TEST_CASE("null is refused at every place") {
  for (const auto text : complete_statements) {
    const auto document = read(std::string(text));
    const Value root = document->root();
    for_each(root, [&](Value value) {
      check_refused(with(root, value.source(), "null"), value.pointer(), "Data 2.2");
    });
  }
}

TEST_CASE("a value of another type is refused at every place") {
  for (const auto text : complete_statements) {
    const auto document = read(std::string(text));
    const Value root = document->root();
    for_each(root, [&](Value value) {
      for (const auto* other : {"12345", "\"12345\"", "false", "[false]", "[[]]"}) {
        const auto type = read(other)->root().type();
        if (type != value.type()) check_refused(with(root, value.source(), other), "", "");
      }
    });
  }
}

TEST_CASE("a property that the standard does not know is refused in every object") {
  for (const auto text : complete_statements) {
    const auto document = read(std::string(text));
    const Value root = document->root();
    const auto add = [&](Value object) {
      if (!object.is(Type::object) || is_free(object) || is_language_map(object)) return;
      const std::string_view brace = object.source().substr(0, 1);
      const std::string comma = object.size() > 0 ? "," : "";
      check_refused(with(root, brace, "{\"iD2\":1" + comma), object.pointer() + "/iD2", "");
    };
    add(root);
    for_each(root, add);
  }
}

TEST_CASE("the letter case of every property counts") {
  for (const auto text : complete_statements) {
    const auto document = read(std::string(text));
    const Value root = document->root();
    for_each(root, [&](Value value) {
      const std::string pointer = value.pointer();
      const std::string_view up = std::string_view(pointer).substr(0, pointer.rfind('/'));
      const std::string_view holder = up.substr(std::min(up.rfind('/'), up.size() - 1) + 1);
      const bool in_map = holder == "display" || holder == "description" ||
                          (holder == "name" && value.is(Type::string));
      if (value.key().empty() || in_map) return;
      std::string key(value.key_source());
      key[1] = static_cast<char>(key[1] ^ 0x20);
      CAPTURE(key);
      check_refused(with(root, value.key_source(), key), "", "");
    });
  }
}

TEST_CASE("the letter case of every objectType and interactionType counts") {
  for (const auto text : complete_statements) {
    const auto document = read(std::string(text));
    const Value root = document->root();
    for_each(root, [&](Value value) {
      if (value.key() != "objectType" && value.key() != "interactionType") return;
      std::string other(value.source());
      other[1] = static_cast<char>(other[1] ^ 0x20);
      check_refused(with(root, value.source(), other), value.pointer(), "");
    });
  }
}

TEST_CASE("no text stands for an IRI, a UUID or another format by being empty") {
  for (const auto text : complete_statements) {
    const auto document = read(std::string(text));
    const Value root = document->root();
    for_each(root, [&](Value value) {
      const std::string_view key = value.key();
      const bool plain = key == "response" || key == "revision" || key == "platform" ||
                         key == "name" || key.empty();
      const std::string pointer = value.pointer();
      const bool in_map = pointer.find("/display/") != std::string::npos ||
                          pointer.find("/description/") != std::string::npos ||
                          pointer.find("/definition/name/") != std::string::npos;
      if (!value.is(Type::string) || plain || in_map) return;
      check_refused(with(root, value.source(), "\"\""), pointer, "");
    });
  }
}

}  // namespace lectern::xapi
