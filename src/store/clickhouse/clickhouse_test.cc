#include <cstdlib>
#include <string>

#include <doctest/doctest.h>

#include "base/uuid.h"
#include "store/clickhouse/clickhouse_statements.h"
#include "store/contract.h"

namespace lectern::store {
namespace {

/// A server to test with, as host:port; without one the tests here say so and check nothing.
const char* server_address() {
  const char* address = std::getenv("LECTERN_TEST_CLICKHOUSE");
  if (address == nullptr) MESSAGE("skipped: LECTERN_TEST_CLICKHOUSE names no server");
  return address;
}

StoreSettings settings_for(const std::string& address) {
  StoreSettings settings;
  settings.backend = "clickhouse";
  const auto colon = address.rfind(':');
  settings.values = {{"HOST", address.substr(0, colon)},
                     {"PORT", address.substr(colon + 1)},
                     {"DATABASE", "lectern_test"}};
  return settings;
}

std::string fresh_table() {
  auto text = Uuid::random().text();
  std::erase(text, '-');
  return "t" + text;
}

std::unique_ptr<StatementStore> open_store(const StoreSettings& settings) {
  return clickhouse::open_clickhouse(settings).value().statements;
}

}  // namespace

TEST_CASE("the ClickHouse store keeps the contract of statements") {
  const char* address = server_address();
  if (address == nullptr) return;
  const auto settings = settings_for(address);
  contract::Backend backend;
  backend.open = [&] {
    return contract::Subject{nullptr, open_store(settings), nullptr, fresh_table(), fresh_table()};
  };
  backend.reopen = [&](contract::Subject subject) {
    subject.statements = nullptr;
    subject.statements = open_store(settings);
    return subject;
  };
  contract::check_statements(backend);
}

}  // namespace lectern::store
