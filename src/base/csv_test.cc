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

TEST_CASE("a null character hides no formula: spreadsheets drop it") {
  using namespace std::string_literals;
  std::string out;
  CsvWriter csv(out);
  csv.field("\0 \0=1+1"s);
  csv.field("a\0=1"s);
  CHECK(out == "\"'\0 \0=1+1\",a\0=1"s);
}

}  // namespace lectern::csv
