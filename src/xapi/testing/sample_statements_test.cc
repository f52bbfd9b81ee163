#include <fstream>
#include <string>

#include <doctest/doctest.h>

#include "xapi/testing/rewrite_test.h"
#include "xapi/validate/validate.h"

namespace lectern::xapi {

TEST_CASE("what course platforms send is valid in both versions") {
  std::ifstream in("tests/data/statements.jsonl");
  std::string line;
  int read_so_far = 0;
  for (; std::getline(in, line); ++read_so_far) {
    const auto document = read(line);
    for (const auto version : {Version::v1_0_3, Version::v2_0_0}) {
      const auto result = validate_statement(document->root(), version);
      CAPTURE(line);
      CHECK_MESSAGE(result, (result ? "" : result.error().path + ": " + result.error().message));
    }
  }
  CHECK(read_so_far == 200);
}

}  // namespace lectern::xapi
