#include <doctest/doctest.h>

#include "store/contract.h"
#include "store/elasticsearch/es_fixture.h"
#include "store/faulty_proxy.h"
#include "store/sample.h"

namespace lectern::store::elasticsearch {
namespace {

std::string address_of(const std::string& url) { return url.substr(url.find("//") + 2); }

contract::Remote::Place fresh_place(const std::string& url) {
  const auto indices = std::make_shared<Indices>(url);
  const auto index = indices->add();
  return {indices, "", [index](const std::string& address) {
            auto settings = settings_for("http://" + address, index);
            settings.values["ALLOW_YELLOW_STATUS"] = "true";
            settings.timeout_ms = 1'000;
            return open_stores(settings).value();
          }};
}

}  // namespace

TEST_CASE("an Elasticsearch that fails costs nothing that was acknowledged, and is used again") {
  for (const auto& url : test_servers()) {
    CAPTURE(url);
    contract::check_faults(
        {.server = address_of(url),
         .place = [&] { return fresh_place(url); },
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
      const auto verdicts = stores.statements->append({}, rows, OnConflict::refuse_batch);
      REQUIRE_MESSAGE(verdicts.has_value(), verdicts.error().detail);
      CHECK(verdicts->front() == Verdict::stored);
    }
    stores = {};
  }
}

}  // namespace lectern::store::elasticsearch
