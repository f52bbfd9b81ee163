#include "store/clickhouse/fixture.h"
#include "store/testing/model/checker.h"

namespace lectern::store::clickhouse {

namespace {

/// Lists show one of two equal rows, and Ralph's table is read by others.
std::vector<std::string> doubled_rows(Backdoor& backdoor, const std::string& table) {
  std::vector<std::string> faults;
  for (const auto& [suffix, id] : {std::pair{"", "event_id"}, {"_lectern_rows", "id"}}) {
    const auto more = backdoor.number("SELECT toInt64(count()) - toInt64(uniqExact(" +
                                      std::string(id) + ")) FROM lectern_test." + table + suffix);
    if (more > 0)
      faults.push_back("W7: " + std::to_string(more) + " rows more than ids in " + table + suffix);
  }
  return faults;
}

}  // namespace

TEST_CASE("processes on ClickHouse keep their promises whatever happens on the way to it") {
  const auto server = test_server();
  if (!server) return;
  Backdoor backdoor(*server);
  const auto open = [](const std::string& address) {
    auto settings = settings_for(address);
    settings.timeout_ms = 3'000;
    return open_clickhouse(settings).value();
  };
  model::check([&] {
    const auto table = fresh_table();
    return model::remote(
        {.place = {nullptr, table, open},
         .server = *server,
         .writes = {"_lectern_rows%60", "event_id%2C", "_lectern_ids%60", "_lectern_feed%60"},
         .hold_max = std::chrono::milliseconds{25'000},
         .documents = false,
         .hidden_faults = [&backdoor, table] { return doubled_rows(backdoor, table); }});
  });
}

}  // namespace lectern::store::clickhouse
