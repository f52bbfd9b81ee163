#include "base/csv.h"

#include <string>
#include <string_view>

#include <doctest/doctest.h>

namespace lectern::csv {

TEST_CASE("a field that a spreadsheet would compute is text") {
  std::string out;
  CsvWriter csv(out);
  for (const std::string_view text : {"=1+1", " @x", "plain", "a,\"b\"", "-3"}) csv.field(text);
  csv.number("-3");
  csv.end_line();
  CHECK(out == "\"'=1+1\",\"' @x\",plain,\"a,\"\"b\"\"\",\"'-3\",-3\r\n");
}

}  // namespace lectern::csv
