#include "xapi/testing/rows_test.h"

#include <doctest/doctest.h>

#include "base/json/json.h"
#include "xapi/testing/rewrite_test.h"
#include "xapi/validate/validate.h"

namespace lectern::xapi {
namespace {

bool fits_sub_statement(const Row& row) {
  return row.key != "id" && row.key != "stored" && row.key != "authority" && row.key != "version" &&
         row.value.find("SubStatement") == std::string::npos;
}

}  // namespace

const Properties plain = {{"actor", R"({"mbox":"mailto:ada@example.com"})"},
                          {"verb", R"({"id":"http://example.com/did"})"},
                          {"object", R"({"id":"http://example.com/it"})"}};

std::string object_of(const Properties& properties) {
  std::string out;
  for (const auto& [key, value] : properties)
    if (!value.empty()) out += (out.empty() ? "" : ",") + json::quoted(key) + ":" + value;
  return "{" + out + "}";
}

void expect(const std::string& text, const std::string& path, std::string_view rule,
            Version version) {
  CAPTURE(text);
  const auto document = read(text);
  const auto result = validate_statement(document->root(), version);
  const std::string got_path = result ? "" : result.error().path;
  const std::string got_rule = result ? "" : result.error().rule;
  CHECK(got_path == path);
  CHECK(got_rule == rule);
  if (!result) CHECK_FALSE(result.error().message.empty());
}

/// Runs the rows with these properties beside the row's own.
void run(const std::vector<Row>& rows, const std::vector<Version>& versions,
         const Properties& base) {
  for (const Row& row : rows) {
    Properties properties = base;
    properties[row.key] = row.value;
    const std::string statement = object_of(properties);
    for (const auto version : versions) expect(statement, row.path, row.rule, version);
    if (!fits_sub_statement(row)) continue;
    properties["objectType"] = R"("SubStatement")";
    Properties outer = plain;
    outer["object"] = object_of(properties);
    const bool valid = row.rule.empty();
    for (const auto version : versions)
      expect(object_of(outer), valid ? "" : "/object" + row.path, row.rule, version);
  }
}

}  // namespace lectern::xapi
