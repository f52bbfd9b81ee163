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

}  // namespace lectern::store::clickhouse
