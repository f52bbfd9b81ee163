#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "xapi/testing/rewrite_test.h"
#include "xapi/validate/validate.h"

namespace lectern::xapi {
namespace {

constexpr std::string_view sha2 =
    "495395e777cd98da653df9615d09c0fd6bb2f8d4788394cd53c56a3bfdcd848a";
constexpr std::string_view signature_usage = "http://adlnet.gov/expapi/attachments/signature";

using Properties = std::vector<std::pair<std::string, std::string>>;

Properties good() {
  return {{"usageType", "\"http://example.com/usage\""},
          {"display", R"({"en":"A"})"},
          {"contentType", "\"text/plain\""},
          {"length", "27"},
          {"sha2", json::quoted(sha2)}};
}

/// With the property set, or left out for "".
std::string with(const std::string& key, const std::string& value, Properties properties = good()) {
  bool found = false;
  for (auto& [name, text] : properties)
    if (name == key) {
      text = value;
      found = true;
    }
  if (!found) properties.emplace_back(key, value);
  std::string out;
  for (const auto& [name, text] : properties)
    if (!text.empty()) out += (out.empty() ? "" : ",") + json::quoted(name) + ":" + text;
  return "{" + out + "}";
}

std::string statement_with(const std::string& attachments) {
  return R"({"actor":{"openid":"a:b"},"verb":{"id":"a:b"},"object":{"id":"a:b"},)"
         R"("attachments":)" +
         attachments + "}";
}

std::string within_sub_statement(std::string statement) {
  statement.insert(1, R"("objectType":"SubStatement",)");
  return R"({"actor":{"openid":"a:b"},"verb":{"id":"a:b"},"object":)" + statement + "}";
}

/// `path rule` of the fault, "" for none; the same within a SubStatement and in both versions.
std::string fault_of_all(const std::string& attachments) {
  std::string first;
  for (const auto version : {Version::v1_0_3, Version::v2_0_0})
    for (const bool within : {false, true}) {
      const std::string text = statement_with(attachments);
      const auto document = read(within ? within_sub_statement(text) : text);
      const auto result = validate_statement(document->root(), version);
      std::string fault = result ? "" : result.error().path + " " + result.error().rule;
      if (within && !fault.empty()) {
        CHECK(fault.starts_with("/object/"));
        fault.erase(0, std::string_view("/object").size());
      }
      if (version == Version::v1_0_3 && !within) first = fault;
      CHECK(fault == first);
    }
  return first;
}

std::string fault(const std::string& attachment) { return fault_of_all("[" + attachment + "]"); }

}  // namespace

TEST_CASE("attachments are an array of objects") {
  CHECK(fault_of_all("[]") == "");
  CHECK(fault_of_all("[" + with("", "") + "," + with("", "") + "]") == "");
  CHECK(fault_of_all(with("", "")) == "/attachments Data 2.4.11");
  CHECK(fault_of_all("\"x\"") == "/attachments Data 2.4.11");
  CHECK(fault_of_all("[1]") == "/attachments/0 Data 2.4.11");
  CHECK(fault_of_all("[" + with("", "") + ",\"x\"]") == "/attachments/1 Data 2.4.11");
}

TEST_CASE("an attachment must have all but description and fileUrl") {
  for (const auto* key : {"usageType", "display", "contentType", "length", "sha2"}) {
    CAPTURE(key);
    CHECK(fault(with(key, "")) == "/attachments/0 Data 2.4.11");
  }
  CHECK(fault(with("description", "{}")) == "");
  CHECK(fault(with("fileUrl", "\"http://example.com/x\"")) == "");
  CHECK(fault(with("name", "\"x\"")) == "/attachments/0/name Data 2.4.11");
}

TEST_CASE("each property of an attachment has its form") {
  struct Row {
    std::string key, value;
    bool valid;
  };
  const std::vector<Row> rows = {
      {"usageType", "\"should fail\"", false},
      {"usageType", "1", false},
      {"display", "1", false},
      {"display", "\"A\"", false},
      {"description", "\"A\"", false},
      {"description", R"({"en":"A"})", true},
      {"contentType", "1", false},
      {"contentType", "\"text\"", false},
      {"contentType", "\"text/plain; charset=ascii\"", true},
      {"length", "\"27\"", false},
      {"length", "-1", false},
      {"length", "1.5", false},
      {"length", "1e400", false},
      {"length", "0", true},
      {"length", "27.0", true},
      {"length", "9007199254740993", true},
      {"sha2", "1", false},
      {"sha2", "\"\"", false},
      {"sha2", "\"00\"", false},
      {"sha2", json::quoted(std::string(64, 'g')), false},
      {"sha2", json::quoted(std::string(40, 'a')), false},
      {"sha2", json::quoted(std::string(56, 'A')), true},
      {"sha2", json::quoted(std::string(96, '0')), true},
      {"sha2", json::quoted(std::string(128, 'f')), true},
      {"fileUrl", "\"should fail\"", false},
      {"fileUrl", "1", false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.key);
    CAPTURE(row.value);
    CHECK(fault(with(row.key, row.value)) ==
          (row.valid ? "" : "/attachments/0/" + row.key + " Data 2.4.11"));
  }
  CHECK(fault(with("display", R"({"a12345678":"A"})")) ==
        "/attachments/0/display/a12345678 Data 4.2");
  CHECK(fault(with("display", "null")) == "/attachments/0/display Data 2.2");
}

TEST_CASE("a signature is application/octet-stream") {
  Properties signature = good();
  signature[0].second = json::quoted(signature_usage);
  CHECK(fault(with("contentType", "\"application/octet-stream\"", signature)) == "");
  CHECK(fault(with("contentType", "\"application/octet-stream; x=y\"", signature)) == "");
  CHECK(fault(with("contentType", "\"text/plain\"", signature)) ==
        "/attachments/0/contentType Data 2.6");
}

TEST_CASE("the attachments of a statement are those of its SubStatement too") {
  Properties signature = good();
  signature[0].second = json::quoted(signature_usage);
  signature[2].second = "\"application/octet-stream\"";
  const std::string with_url = with("fileUrl", "\"a:b\"");
  const std::string upper = with("sha2", json::quoted(std::string(64, 'A')), signature);
  std::string text = within_sub_statement(statement_with("[" + upper + "]"));
  text.insert(1, R"("attachments":[)" + upper + "," + with_url + "],");
  const auto document = read(text);
  REQUIRE(validate_statement(document->root(), Version::v1_0_3));
  const auto attachments = attachments_of(document->root());
  REQUIRE(attachments.size() == 3);
  CHECK(attachments[0].sha2 == std::string(64, 'a'));
  CHECK(attachments[0].is_signature);
  CHECK_FALSE(attachments[0].has_file_url);
  CHECK(attachments[0].content_type == "application/octet-stream");
  CHECK(attachments[1].sha2 == sha2);
  CHECK_FALSE(attachments[1].is_signature);
  CHECK(attachments[1].has_file_url);
  CHECK(attachments[2].sha2 == std::string(64, 'a'));
  CHECK_FALSE(attachments[2].is_signature);  // a signature signs the statement that holds it
}

TEST_CASE("attachments can be asked of any JSON") {
  for (const auto* text : {"null", "[]", "{}", R"({"attachments":1,"object":2})",
                           R"({"object":{"objectType":"SubStatement","attachments":{}}})"})
    CHECK(attachments_of(read(text)->root()).empty());
  CHECK(attachments_of(read(R"({"attachments":[1,{"sha2":1}]})")->root()).size() == 2);
}

}  // namespace lectern::xapi
