#include "cli/settings/yaml.h"

#include <doctest/doctest.h>

namespace lectern::cli {

TEST_CASE("a YAML text becomes JSON with its scalars as strings") {
  CHECK(json_of_yaml(
            "version: 1\nloggers:\n  ralph: &own\n    level: INFO\n    handlers: [a, \"b\"]\n"
            "  other: *own\nuse_colors:\n")
            .value() ==
        R"({"version":"1","loggers":{"ralph":{"level":"INFO","handlers":["a","b"]},)"
        R"("other":{"level":"INFO","handlers":["a","b"]}},"use_colors":""})");
  CHECK(json_of_yaml("a: \"x\\ty\\n\"").value() == "{\"a\":\"x\\ty\\n\"}");
}

TEST_CASE("what is no YAML, or too much of it, is refused with its line") {
  const auto refused = json_of_yaml("a: 1\nb: [\n");
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == Code::invalid);
  CHECK(refused.error().message.find("line 3") != std::string::npos);
  CHECK_FALSE(json_of_yaml("").has_value());
  CHECK_FALSE(json_of_yaml("? [a]\n: b\n").has_value());
  CHECK_FALSE(json_of_yaml(std::string(200, '[') + std::string(200, ']')).has_value());
  CHECK_FALSE(json_of_yaml("a: &a [*a]").has_value());
  // Each level is ten of the one before.
  std::string bomb = "a0: &a0 [xxxxxxxxxx]\n";
  for (int i = 1; i < 9; ++i) {
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) bomb += (j == 0 ? "*a" : ",*a") + std::to_string(i - 1);
    bomb += "]\n";
  }
  CHECK_FALSE(json_of_yaml(bomb).has_value());
}

}  // namespace lectern::cli
