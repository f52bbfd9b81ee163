#include "store/clickhouse/fixture.h"
#include "store/testing/contract/recovery.h"

namespace lectern::store::clickhouse {

TEST_CASE("a ClickHouse that fails costs nothing that was acknowledged, and is used again") {
  const auto server = test_server();
  if (!server) return;
  const auto remote_of = [&](bool with_feed) {
    const auto open = [with_feed](const std::string& address) {
      auto settings = settings_for(address);
      settings.timeout_ms = 1'000;
      if (!with_feed) settings.values["CLIENT_OPTIONS__materialized_views_ignore_errors"] = "1";
      return open_clickhouse(settings).value();
    };
    contract::Remote remote;
    remote.server = *server;
    remote.place = [open] { return contract::Remote::EmptyStore{nullptr, fresh_table(), open}; };
    remote.appends_as_a_whole = true;
    return remote;
  };
  // The inserts of a flush, one after the other.
  auto each = remote_of(false);
  each.requests = {"_lectern_writers%60", "_lectern_ids%60", "_lectern_terms%60", "event_id%2C",
                   "_lectern_rows%60"};
  each.nonsense = {
      "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 15\r\n\r\n"
      "<html>Hi</html>",
      "HTTP/1.1 404 Not Found\r\nContent-Length: 15\r\n\r\n<html>No</html>",
      "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
      "HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nNo",
      "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\nNo"};
  contract::check_faults(each);
  auto by_feed = remote_of(true);
  by_feed.requests = {"_lectern_feed%60", "_lectern_rows%60"};
  contract::check_faults(by_feed);
}

TEST_CASE("soon after a cut of the line to ClickHouse writes go on and nobody waits in vain") {
  const auto server = test_server();
  if (!server) return;
  contract::check_recovery(*server, [] {
    return contract::Remote::EmptyStore{nullptr, fresh_table(), open_at};
  });
}

}  // namespace lectern::store::clickhouse
