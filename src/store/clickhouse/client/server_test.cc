#include "store/clickhouse/client/server.h"

#include <string>

#include <doctest/doctest.h>

#include "net/loopback_server.h"
#include "store/testing/answer_bytes.h"

namespace lectern::store::clickhouse {

TEST_CASE("answers of ClickHouse to many callers share a budget of memory") {
  constexpr std::size_t answer_bytes = 32UL * 1024 * 1024;
  const net::LoopbackServer database([](const auto&) {
    return "200 OK\r\nX-ClickHouse-Summary: {}\r\n\r\n" + std::string(answer_bytes, 'x');
  });
  ServerOptions options;
  options.url = database.url();
  Server server(options);
  contract::check_answers_share_a_budget(
      answer_bytes, [&] { return server.select("SELECT 1", Deadline::max()); });
}

TEST_CASE("what is made of the rows of an answer counts with it, and ends where there is no room") {
  constexpr std::size_t small_rows = 1'000, many_rows = 1'000'000;
  std::size_t rows = small_rows;
  const net::LoopbackServer database([&](const auto&) {
    return "200 OK\r\nX-ClickHouse-Summary: {}\r\n\r\n" + std::string(8 * rows, 'x');
  });
  ServerOptions options;
  options.url = database.url();
  Server server(options);
  const contract::AnswerBytes bound(64UL * 1024 * 1024);
  const auto read = [&] {
    const auto answer = server.select("SELECT 1", Deadline::max());
    REQUIRE(answer.has_value());
    RowReader reader(*answer);
    std::size_t count = 0;
    for (; reader.more(); ++count) reader.i64();
    CHECK(net::all_answers().taken() >= count * RowReader::row_bytes_max);
    CHECK(net::all_answers().taken() <= net::all_answers().bytes_max());
    CHECK(reader.ok() == (count == rows));
    return count;
  };
  CHECK(read() == small_rows);
  rows = many_rows;
  CHECK(read() < 64UL * 1024 * 1024 / RowReader::row_bytes_max);
  CHECK(net::all_answers().taken() == 0);
}

}  // namespace lectern::store::clickhouse
