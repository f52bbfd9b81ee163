#include "store/clickhouse/fixture.h"
#include "store/testing/contract_recovery.h"

namespace lectern::store::clickhouse {

TEST_CASE("a ClickHouse that fails costs nothing that was acknowledged, and is used again") {
  const auto server = test_server();
  if (!server) return;
  const auto open = [](const std::string& address) {
    auto settings = settings_for(address);
    settings.timeout_ms = 1'000;
    return open_clickhouse(settings).value();
  };
  contract::check_faults(
      {.server = *server,
       .place =
           [&] {
             return contract::Remote::EmptyStore{nullptr, fresh_table(), open};
           },
       // The inserts of a flush, one after the other.
       .requests = {"_lectern_writers%60", "_lectern_ids%60", "_lectern_terms%60", "event_id%2C",
                    "_lectern_rows%60"},
       .appends_as_a_whole = true,
       .nonsense = {"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 15\r\n\r\n"
                    "<html>Hi</html>",
                    "HTTP/1.1 404 Not Found\r\nContent-Length: 15\r\n\r\n<html>No</html>",
                    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
                    "HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nNo",
                    "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\nNo"}});
}

TEST_CASE("soon after a cut of the line to ClickHouse writes go on and nobody waits in vain") {
  const auto server = test_server();
  if (!server) return;
  contract::check_recovery(*server, [] {
    return contract::Remote::EmptyStore{nullptr, fresh_table(), open_at};
  });
}

}  // namespace lectern::store::clickhouse
