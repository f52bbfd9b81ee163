#include "store/clickhouse/fixture.h"
#include "store/testing/model_checker.h"

namespace lectern::store::clickhouse {

TEST_CASE("processes on ClickHouse keep their promises whatever happens on the way to it") {
  const auto server = test_server();
  if (!server) return;
  const Backdoor makes_the_database(*server);
  const auto open = [](const std::string& address) {
    auto settings = settings_for(address);
    settings.timeout_ms = 3'000;
    return open_clickhouse(settings).value();
  };
  model::check([&] {
    return model::remote(
        {.place = {nullptr, fresh_table(), open},
         .server = *server,
         .writes = {"_lectern_rows%60", "event_id%2C", "_lectern_ids%60", "_lectern_feed%60"},
         .hold_max = std::chrono::milliseconds{25'000},
         .documents = false});
  });
}

}  // namespace lectern::store::clickhouse
