#pragma once

#include <memory>
#include <optional>
#include <string>

#include <doctest/doctest.h>

#include "base/uuid.h"
#include "store/clickhouse/open.h"
#include "store/clickhouse/statements.h"
#include "store/testing/test_server.h"

/// What the tests against a real server share.
namespace lectern::store::clickhouse {

/// The ClickHouse to test with, if there is one.
inline std::optional<std::string> test_server() {
  return server_named_by("LECTERN_TEST_CLICKHOUSE");
}

/// Settings for the server of an address `host:port`.
inline StoreSettings settings_for(const std::string& address) {
  StoreSettings settings;
  settings.backend = "clickhouse";
  const auto colon = address.rfind(':');
  settings.values = {{"HOST", address.substr(0, colon)},
                     {"PORT", address.substr(colon + 1)},
                     {"DATABASE", "lectern_test"}};
  return settings;
}

inline Stores open_at(const std::string& address) {
  return open_clickhouse(settings_for(address)).value();
}

/// The name of a table that nobody has.
inline std::string fresh_table() {
  auto text = Uuid::random().text();
  std::erase(text, '-');
  return "t" + text;
}

/// The server itself, for what a test must see or do behind a store's back.
class Backdoor {
 public:
  explicit Backdoor(const std::string& address)
      : server_(read_settings(settings_for(address)).value().server) {
    run("CREATE DATABASE IF NOT EXISTS lectern_test");
  }

  /// Runs a command; the test ends where it fails.
  void run(const std::string& sql) {
    const auto done = server_.command(sql, Deadline::max());
    REQUIRE_MESSAGE(done.has_value(), done.error().detail);
  }
  /// The first number that a SELECT gives.
  std::int64_t number(const std::string& sql) {
    const auto answer = server_.select("SELECT toInt64((" + sql + ") AS x)", Deadline::max());
    REQUIRE_MESSAGE(answer.has_value(), answer.error().detail);
    // A scalar subquery is Nullable: a zero byte stands before the value.
    const std::string_view rows = *answer;
    RowReader reader(rows.size() == 9 ? rows.substr(1) : rows);
    return reader.i64();
  }
  /// All that a SELECT gives.
  std::string text(const std::string& sql) {
    const auto answer = server_.select(sql, Deadline::max());
    REQUIRE_MESSAGE(answer.has_value(), answer.error().detail);
    RowReader reader(*answer);
    return std::string(reader.string());
  }
  Server& server() { return server_; }

 private:
  Server server_;
};

}  // namespace lectern::store::clickhouse
