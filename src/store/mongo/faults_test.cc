#include <doctest/doctest.h>

#include "store/mongo/fixture.h"
#include "store/testing/contract/doubt.h"
#include "store/testing/contract/recovery.h"
#include "store/testing/model/checker.h"

namespace lectern::store::mongo {

namespace {

contract::Remote::EmptyStore fresh_store(const std::string& server,
                                         std::uint32_t timeout_ms = 1'000) {
  const auto database = std::make_shared<TestDatabase>(server);
  return {database, "", [database, timeout_ms](const std::string& address) {
            auto settings = database->settings();
            settings.values["CONNECTION_URI"] =
                test_uri(address) + "&serverSelectionTimeoutMS=1000&connectTimeoutMS=1000";
            settings.timeout_ms = timeout_ms;
            return open_mongo(settings).value();
          }};
}

}  // namespace

TEST_CASE("a write to MongoDB that is in doubt is settled and breaks no promise") {
  const auto server = test_server();
  if (!server) return;
  contract::check_doubts({.server = *server,
                          .place = [&] { return fresh_store(*server); },
                          .write = "insert",
                          .take_back = "deletes",
                          .share = "lectern.shared"});
}

TEST_CASE("processes on MongoDB keep their promises whatever happens on the way to it") {
  const auto server = test_server();
  if (!server) return;
  model::check([&] {
    return model::remote({.place = fresh_store(*server, 3'000),
                          .server = *server,
                          .writes = {"insert", "update", "deletes"}});
  });
}

TEST_CASE("soon after a cut of the line to MongoDB writes go on and nobody waits in vain") {
  const auto server = test_server();
  if (!server) return;
  contract::check_recovery(*server, [&] {
    const auto database = std::make_shared<TestDatabase>(*server);
    return contract::Remote::EmptyStore{database, "", [database](const std::string& address) {
                                          auto settings = database->settings();
                                          settings.values["CONNECTION_URI"] = test_uri(address);
                                          settings.timeout_ms = 30'000;
                                          return open_mongo(settings).value();
                                        }};
  });
}

TEST_CASE("a MongoDB that fails costs nothing that was acknowledged, and is used again") {
  const auto server = test_server();
  if (!server) return;
  contract::check_faults(
      {.server = *server,
       .place = [&] { return fresh_store(*server); },
       .requests = {"find", "insert", "update"},
       .nonsense = {std::string(64, '\x7F'), "HTTP/1.1 400 Bad Request\r\n\r\n"}});
}

}  // namespace lectern::store::mongo
