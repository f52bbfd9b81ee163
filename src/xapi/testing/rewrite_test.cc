#include "xapi/testing/rewrite_test.h"

#include <algorithm>
#include <vector>

#include <doctest/doctest.h>

namespace lectern::xapi {

using json::Type;
using json::Value;

const std::string_view activity_statement = R"({
  "id": "fd41c918-b88b-4b20-a0a5-a4c32391aaa0",
  "actor": {"objectType": "Group", "name": "Team \"A\"", "mbox": "mailto:Team@Example.org",
    "member": [
      {"name": "Ann", "mbox": "mailto:Ann@Example.org"},
      {"objectType": "Agent", "openid": "http://bo.example/"},
      {"mbox_sha1sum": "ebd31e95054c018b10727ccffd2ef2ec3a016ee9"},
      {"account": {"homePage": "http://example.org", "name": "D\u00e9 1"}}]},
  "verb": {"id": "http://example.org/did", "display": {"en": "did", "de": "tat"}},
  "object": {"id": "http://example.org/activity", "definition": {"name": {"en": "An activity"},
    "extensions": {"http://example.org/in-definition": 1}}},
  "result": {"score": {"scaled": 0.5, "raw": 10, "min": -1.25e1, "max": 123456789012345678901},
    "success": true, "completion": false, "response": "yes", "duration": "PT1H2.345S",
    "extensions": {"http://example.org/x": [1, "1", null, true, {"member": [2, 1],
      "definition": 3, "objectType": "Agent", "mbox": "mailto:A@B.C"}], "http://example.org/y": {}}},
  "context": {
    "registration": "6f1e0c5e-1d3b-4c8e-9a51-9c1b3a1f0d11",
    "instructor": {"mbox": "mailto:teacher@example.org"},
    "team": {"objectType": "Group", "member": [{"mbox": "mailto:a@b.c"}, {"mbox": "mailto:c@b.a"}]},
    "contextActivities": {"parent": [{"id": "http://example.org/parent"}],
      "grouping": [{"id": "http://example.org/g1", "definition": {"type": "http://example.org/t"}},
        {"objectType": "Activity", "id": "http://example.org/g2"}],
      "category": [{"objectType": "Activity", "id": "http://example.org/c"}]},
    "revision": "1", "platform": "p", "language": "en-GB",
    "statement": {"objectType": "StatementRef", "id": "16fd2706-8baf-433b-82eb-8c7fada847da"},
    "contextAgents": [{"objectType": "contextAgent", "agent": {"openid": "http://x.y/"},
      "relevantTypes": ["http://example.org/t1", "http://example.org/t2"]}],
    "contextGroups": [{"objectType": "contextGroup", "group": {"objectType": "Group",
      "member": [{"openid": "http://x.y/"}, {"openid": "http://y.x/"}]}}],
    "extensions": {"http://example.org/z": 1.5}},
  "timestamp": "2026-01-02T03:04:05.678Z",
  "attachments": [{"usageType": "http://example.org/u", "display": {"en": "x"}, "length": 1,
    "contentType": "text/plain", "sha2": "00"}]
})";

const std::string_view sub_statement_statement = R"({
  "actor": {"account": {"homePage": "http://example.org", "name": "n"}},
  "verb": {"id": "http://example.org/planned"},
  "object": {"objectType": "SubStatement",
    "actor": {"mbox": "mailto:Ann@Example.org"},
    "verb": {"id": "http://example.org/will-do", "display": {"en": "will do"}},
    "object": {"objectType": "StatementRef", "id": "16fd2706-8baf-433b-82eb-8c7fada847da"},
    "result": {"duration": "PT1.5S", "response": "x"},
    "context": {"registration": "6f1e0c5e-1d3b-4c8e-9a51-9c1b3a1f0d11",
      "contextActivities": {"other": [{"id": "http://example.org/o", "definition": {}}]}},
    "timestamp": "2026-01-02T03:04:05.678+01:00",
    "attachments": [{"sha2": "00"}]}
})";

std::unique_ptr<json::Document> read(std::string text) {
  CAPTURE(text);
  auto document = json::parse(std::move(text));
  REQUIRE(document);
  return std::move(*document);
}

namespace {

bool is_inside_extensions(Value value) {
  return value.pointer().find("/extensions/") != std::string::npos;
}

bool ends_with_index(std::string_view pointer, std::string_view list) {
  const std::size_t slash = pointer.rfind('/');
  return slash != std::string_view::npos && pointer.substr(0, slash).ends_with(list) &&
         pointer.find_first_not_of("0123456789", slash + 1) == std::string_view::npos;
}

/// The objectType that may be left out at this place, or "".
std::string_view default_type_at(Value value) {
  const std::string pointer = value.pointer();
  const auto type = value.find("objectType");
  for (const std::string_view key : {"/actor", "/instructor", "/agent"})
    if (pointer.ends_with(key) && (!type || type->string() == "Agent")) return "Agent";
  if (ends_with_index(pointer, "/member")) return "Agent";
  if (pointer.ends_with("/object") && (!type || type->string() == "Activity")) return "Activity";
  for (const std::string_view key : {"/parent", "/grouping", "/category", "/other"})
    if (ends_with_index(pointer, key)) return "Activity";
  return "";
}

}  // namespace

void Rewriter::space() {
  if (random_() % 8 == 0) out_ += chance() ? " " : "\n\t";
}

void Rewriter::string(std::string_view text) {
  out_ += '"';
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x80 && (random_() % 8 == 0 || c == '"' || c == '\\')) {
      static constexpr char digits[] = "0123456789abcdefABCDEF";
      out_ += "\\u00";
      out_ += digits[c >> 4];
      out_ += digits[(c & 15) + ((c & 15) > 9 && chance() ? 6 : 0)];
    } else {
      out_ += c;
    }
  }
  out_ += '"';
}

void Rewriter::any_case(std::string_view text) {
  std::string other(text);
  for (char& c : other)
    if (chance()) c = static_cast<char>(chance() ? std::toupper(c) : std::tolower(c));
  string(other);
}

/// The same number: a zero more behind, or moved by a power of ten.
void Rewriter::number(std::string_view token) {
  out_ += token;
  if (token.find_first_of("eE") != std::string_view::npos) return;
  const bool has_point = token.find('.') != std::string_view::npos;
  switch (random_() % 4) {
    case 0:
      out_ += has_point ? "00" : ".0";
      break;
    case 1:
      out_ += has_point ? "0e0" : "0E-1";
      break;
    case 2:
      out_ += "e+00";
      break;
    default:
      break;
  }
}

void Rewriter::array(Value array, bool any_order) {
  std::vector<Value> elements;
  for (const Value element : array.children()) elements.push_back(element);
  if (any_order) std::shuffle(elements.begin(), elements.end(), random_);
  out_ += '[';
  for (std::size_t i = 0; i < elements.size(); ++i) {
    if (i > 0) out_ += ',';
    space();
    value(elements[i]);
    space();
  }
  out_ += ']';
}

void Rewriter::object(Value object) {
  const std::string_view default_type = is_inside_extensions(object) ? "" : default_type_at(object);
  std::vector<Value> members;
  for (const Value member : object.children())
    if (default_type.empty() || member.key() != "objectType") members.push_back(member);
  std::shuffle(members.begin(), members.end(), random_);
  out_ += '{';
  bool first = true;
  if (!default_type.empty() && chance()) {
    out_.append("\"objectType\":\"").append(default_type).append("\"");
    first = false;
  }
  for (const Value one : members) {
    const bool is_outer = object.pointer().empty();
    if (is_outer && (one.key() == "id" || one.key() == "attachments") && chance()) continue;
    if (one.key() == "definition" && !is_inside_extensions(one) && chance()) continue;
    if (!first) out_ += ',';
    first = false;
    space();
    string(one.key());
    space();
    out_ += ':';
    space();
    member(one);
    space();
  }
  if (object.pointer().empty() && chance())
    out_.append(R"(,"stored":"2026-01-01T00:00:00Z","authority":{"mbox":"mailto:a@b.c"},)")
        .append(R"("version":"1.0.0")");
  out_ += '}';
}

/// The value of a member, by what its key means.
void Rewriter::member(Value member) {
  const std::string_view key = member.key();
  if (is_inside_extensions(member)) return value(member);
  const std::string pointer = member.pointer();
  if (pointer == "/id") {
    out_ += "\"" + std::string(chance() ? "x" : "y") + "\"";
  } else if (key == "definition" || pointer.ends_with("/verb/display")) {
    out_ += chance() ? R"({"en":"something else"})" : "{}";
  } else if (key == "mbox") {
    const std::string_view text = member.string();
    const std::size_t at = text.find('@');
    out_ += "\"" + std::string(text.substr(0, at));
    const std::size_t quote = out_.size();
    any_case(text.substr(at));
    out_.erase(quote, 1);
  } else if (key == "mbox_sha1sum" || key == "registration" ||
             (key == "id" && member.string().find(':') == std::string_view::npos)) {
    any_case(member.string());
  } else if (key == "duration") {
    const std::string text(member.string());
    if (text == "PT1H2.345S")
      out_ += chance() ? R"("PT1H2.34S")" : R"("PT1H2.349999S")";
    else
      out_ += chance() ? R"("PT1.50S")" : R"("PT1.501S")";
  } else if (pointer == "/object/timestamp") {
    out_ += chance() ? R"("2026-01-02T02:04:05.678999Z")" : R"("2026-01-02t04:34:05.678+0230")";
  } else if (pointer == "/timestamp") {
    out_ += chance() ? R"("2026-01-02T03:04:05.678Z")" : R"("2026-01-02 04:04:05.678999+01")";
  } else if (key == "member") {
    array(member, true);
  } else if (pointer.find("/contextActivities/") != std::string::npos && member.size() == 1 &&
             member.is(Type::array) && chance()) {
    value(*member.children().begin());
  } else {
    value(member);
  }
}

void Rewriter::value(Value value) {
  switch (value.type()) {
    case Type::object:
      return object(value);
    case Type::array:
      return array(value, false);
    case Type::string:
      return string(value.string());
    case Type::number:
      return number(value.number());
    default:
      out_ += value.source();
  }
}

std::string Rewriter::statement(Value statement) {
  out_.clear();
  value(statement);
  return std::move(out_);
}

}  // namespace lectern::xapi
