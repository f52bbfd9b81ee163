#pragma once

#include <memory>
#include <optional>
#include <string>

#include <doctest/doctest.h>

#include "base/uuid.h"
#include "store/mongo/client/client.h"
#include "store/mongo/database.h"
#include "store/mongo/open.h"
#include "store/testing/test_server.h"

/// What the tests of this backend share: a database of their own on a server that the environment
/// names.
namespace lectern::store::mongo {

/// The MongoDB to test with, if there is one.
inline std::optional<std::string> test_server() { return server_named_by("LECTERN_TEST_MONGO"); }

inline std::string test_uri(const std::string& server) {
  return "mongodb://" + server + "/?directConnection=true";
}

/// A database that nobody else uses, gone with this.
struct TestDatabase {
  std::string server;
  std::string name = "lectern_test_" + Uuid::random().text().substr(0, 8);

  explicit TestDatabase(std::string at) : server(std::move(at)) {}
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;
  ~TestDatabase() {
    auto pool = Pool::open({test_uri(server), 1, 5'000});
    if (!pool) return;
    auto client = (*pool)->lease(Deadline::max());
    Bson command;
    command.small("dropDatabase", 1);
    if (client) static_cast<void>(client->write(name, std::move(command)));
  }

  /// Settings for the server that runs beside the tests, and a database that nobody else has.
  StoreSettings settings() const {
    StoreSettings settings;
    settings.backend = "mongo";
    settings.values = {{"CONNECTION_URI", test_uri(server)}, {"DEFAULT_DATABASE", name}};
    settings.timeout_ms = 10'000;
    return settings;
  }
  /// The stores of that database, as a process opens them.
  Stores open() const {
    auto stores = open_mongo(settings());
    REQUIRE(stores.has_value());
    return std::move(*stores);
  }
};

}  // namespace lectern::store::mongo
