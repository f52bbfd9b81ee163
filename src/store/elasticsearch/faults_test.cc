#include <thread>

#include <doctest/doctest.h>

#include "store/elasticsearch/fixture.h"
#include "store/testing/contract/doubt.h"
#include "store/testing/contract/recovery.h"
#include "store/testing/contract/walk.h"
#include "store/testing/faulty_proxy.h"
#include "store/testing/model/checker.h"
#include "store/testing/sample.h"

namespace lectern::store::elasticsearch {
namespace {

std::string address_of(const std::string& url) { return url.substr(url.find("//") + 2); }

contract::Remote::EmptyStore fresh_store(const std::string& url, std::uint32_t timeout_ms = 1'000) {
  const auto indices = std::make_shared<Indices>(url);
  const auto index = indices->add();
  return {indices, "", [index, timeout_ms](const std::string& address) {
            auto settings = settings_for("http://" + address, index);
            settings.values["ALLOW_YELLOW_STATUS"] = "true";
            settings.timeout_ms = timeout_ms;
            return open_stores(settings).value();
          }};
}

}  // namespace

TEST_CASE("an Elasticsearch that fails costs nothing that was acknowledged, and is used again") {
  for (const auto& url : test_servers()) {
    CAPTURE(url);
    contract::check_faults(
        {.server = address_of(url),
         .place = [&] { return fresh_store(url); },
         .requests = {"_mget", "_bulk"},
         .nonsense = {"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\n{}",
                      "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n\x7F\x7F[nonsense",
                      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
                      "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n<html>Hi</html>",
                      "HTTP/1.1 404 Not Found\r\nContent-Length: 15\r\n\r\n<html>No</html>",
                      "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}",
                      "HTTP/1.1 405 Not Allowed\r\nContent-Length: 15\r\n\r\n{\"detail\":\"No\"}",
                      "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
                      "HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nNo"}});
  }
}

TEST_CASE("soon after a cut of the line to Elasticsearch writes go on and nobody waits in vain") {
  for (const auto& url : test_servers()) {
    CAPTURE(url);
    contract::check_recovery(address_of(url), [&] {
      auto place = fresh_store(url);
      place.open = [indices =
                        std::static_pointer_cast<Indices>(place.keep)](const std::string& address) {
        return open_at("http://" + address, indices->names.front());
      };
      return place;
    });
  }
}

TEST_CASE("a write to Elasticsearch that is in doubt is settled and breaks no promise") {
  for (const auto& url : test_servers()) {
    CAPTURE(url);
    contract::check_doubts({.server = address_of(url),
                            .place = [&] { return fresh_store(url); },
                            .write = R"({"create":)",
                            .take_back = R"({"delete":)",
                            .share = R"("shared":true)"});
  }
}

TEST_CASE("processes on Elasticsearch keep their promises whatever happens on the way to it") {
  for (const auto& url : test_servers()) {
    CAPTURE(url);
    model::check([&] {
      return model::remote({.place = fresh_store(url, 3'000),
                            .server = address_of(url),
                            .writes = {R"({"create":)", R"({"delete":)"}});
    });
  }
}

TEST_CASE("while Elasticsearch takes no writes lists go on, and the heartbeat says so") {
  using namespace std::chrono_literals;
  for (const auto& url : test_servers()) {
    CAPTURE(url);
    Indices indices(url);
    const auto index = indices.add();
    const auto block = [&](const std::string& name, const std::string& setting, bool on) {
      const auto body = "{\"index.blocks." + setting + "\":" + (on ? "true" : "null") + "}";
      REQUIRE(ask("PUT", url + "/" + name + "/_settings", body).status == 200);
    };
    auto settings = settings_for(url, index);
    settings.values["ALLOW_YELLOW_STATUS"] = "true";
    auto stores = open_stores(settings).value();
    auto& store = *stores.statements;
    const auto append = [&] {
      std::vector rows{contract::row_of({}), contract::row_of({})};
      return store.append({"", std::chrono::steady_clock::now() + 5s}, rows,
                          OnConflict::refuse_batch);
    };
    const auto await_health = [&](Health health) {
      const auto give_up = std::chrono::steady_clock::now() + 20s;
      while (store.health() != health) {
        REQUIRE(std::chrono::steady_clock::now() < give_up);
        std::this_thread::sleep_for(50ms);
      }
    };
    REQUIRE(append().has_value());
    const auto through = contract::settled(store, "");
    // An operator's block, of the statements alone.
    block(index, "write", true);
    const auto refused = append();
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == Code::unavailable);
    CHECK(refused.error().detail.find("block") != std::string::npos);
    block(index, "write", false);
    REQUIRE(append().has_value());
    // The flood stage of a disk blocks all of them.
    for (const auto* part : {"", "-lectern-writers"})
      block(index + part, "read_only_allow_delete", true);
    await_health(Health::error);
    CHECK_FALSE(append().has_value());
    // Also for a process that begins meanwhile.
    const auto begun = open_stores(settings).value();
    for (auto* reader : {&store, begun.statements.get()}) {
      const auto promised =
          reader->consistent_through({"", std::chrono::steady_clock::now() + 10s});
      REQUIRE_MESSAGE(promised.has_value(), promised.error().detail);
      if (reader == &store) CHECK(*promised >= through);
      const auto page = reader->query({}, {{}, {}, through}, {});
      REQUIRE_MESSAGE(page.has_value(), page.error().detail);
      CHECK(page->rows.size() == 2);
    }
    for (const auto* part : {"", "-lectern-writers"})
      block(index + part, "read_only_allow_delete", false);
    await_health(Health::ok);
    REQUIRE(append().has_value());
    contract::settled(store, "");
    CHECK(contract::page_of(store, "").size() == 6);
  }
}

TEST_CASE("when one node of Elasticsearch fails the next of HOSTS is asked") {
  using Fault = FaultyProxy::Fault;
  for (const auto& url : test_servers()) {
    Indices indices(url);
    FaultyProxy first(address_of(url)), second(address_of(url));
    auto stores =
        open_at("http://" + first.address() + ",http://" + second.address(), indices.add());
    for (int round = 0; round < 2; ++round) {
      first.set(round == 0 ? Fault::down : Fault::none);
      second.set(round == 0 ? Fault::none : Fault::nonsense,
                 "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\n{}");
      std::vector rows{contract::row_of({})};
      const auto outcomes = stores.statements->append({}, rows, OnConflict::refuse_batch);
      REQUIRE_MESSAGE(outcomes.has_value(), outcomes.error().detail);
      CHECK(outcomes->front() == AppendOutcome::stored);
    }
    stores = {};
  }
}

}  // namespace lectern::store::elasticsearch
