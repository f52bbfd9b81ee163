#include "models/csv/reader.h"

#include <doctest/doctest.h>

namespace lectern::models::csv {
namespace {

/// All rows of a text that is fed `size` bytes at a time.
Result<std::vector<Row>> rows_of(std::string_view text, char separator = ',',
                                 std::size_t size = std::string_view::npos) {
  Reader reader(separator);
  std::vector<Row> rows;
  while (true) {
    TRY(auto row, reader.next());
    if (row) {
      rows.push_back(std::move(*row));
    } else if (!text.empty()) {
      reader.feed(text.substr(0, size));
      text.remove_prefix(std::min(size, text.size()));
      if (text.empty()) reader.end();
    } else {
      return rows;
    }
  }
}

TEST_CASE("cells in quotes hold separators, line breaks and doubled quotes") {
  const auto rows = rows_of("a,\"b,\"\"c\"\"\r\nd\",e\r\n1,2,3\n");
  REQUIRE(rows);
  CHECK(*rows == std::vector<Row>{{"a", "b,\"c\"\r\nd", "e"}, {"1", "2", "3"}});
}

TEST_CASE("a file reads the same in pieces of any size") {
  constexpr std::string_view text = "\xEF\xBB\xBF\"a\"\"\";b\r\n\r\n\"c\r\n\";\"\"\r\n;\n\"e\";f";
  const std::vector<Row> whole{{"a\"", "b"}, {"c\r\n", ""}, {"", ""}, {"e", "f"}};
  for (std::size_t size = 1; size <= text.size(); ++size) CHECK(*rows_of(text, ';', size) == whole);
}

TEST_CASE("a byte order mark is no part of the first cell") {
  CHECK(*rows_of("\xEF\xBB\xBFname\n") == std::vector<Row>{{"name"}});
}

TEST_CASE("the last line needs no end") { CHECK(*rows_of("a,b") == std::vector<Row>{{"a", "b"}}); }

TEST_CASE("a quote in the wrong place is refused, with its line") {
  CHECK(rows_of("a\nb\"c\n").error().message ==
        "line 2: a quote inside a cell that does not begin with one");
  CHECK(rows_of("a\n\"b\"c\n").error().message ==
        "line 2: something behind the quote that ends a cell");
  CHECK(rows_of("\"a\n\nb").error().message == "line 1: a quote that is never closed");
}

TEST_CASE("text that is no UTF-8 is refused") {
  CHECK(rows_of("Andr\xE9\n").error().message ==
        "line 1: is not UTF-8: save the file as CSV UTF-8");
}

TEST_CASE("a row that never ends is refused at its bound") {
  CHECK_FALSE(rows_of("\"" + std::string(row_bytes_max + 2, 'x')).has_value());
}

}  // namespace
}  // namespace lectern::models::csv
