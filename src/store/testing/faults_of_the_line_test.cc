#include <future>

#include <doctest/doctest.h>

#include "net/http_client.h"
#include "net/loopback_server.h"
#include "store/testing/faulty_proxy.h"

namespace lectern::store {
namespace {

using namespace std::chrono_literals;
using Fault = FaultyProxy::Fault;

/// A server that counts what arrives whole, a proxy before it, and a client that repeats nothing.
struct Way {
  std::atomic<int> arrived = 0;
  net::LoopbackServer server{[this](const net::LoopbackServer::Request& request) {
    ++arrived;
    return "200 OK\r\n\r\n" + request.body;
  }};
  FaultyProxy proxy{"127.0.0.1:" + std::to_string(server.port())};
  net::HttpClient client;

  Result<net::HttpResponse> send(std::string_view body) {
    net::HttpRequest request{"POST", "http://" + proxy.address() + "/", {}, body, {}};
    request.once = true;
    return client.send(request);
  }
};

}  // namespace

TEST_CASE("what the proxy holds arrives later, when its client has long heard of a failure") {
  Way way;
  way.proxy.hold_for(300ms);
  way.proxy.set_once("held", Fault::held);
  const std::string large = "held" + std::string(300'000, 'x');
  CHECK(way.send("before").has_value());
  const auto begun = std::chrono::steady_clock::now();
  CHECK_FALSE(way.send(large).has_value());
  CHECK(way.arrived == 1);
  CHECK(way.send("held, but another one").has_value());
  while (way.proxy.held_arrived() == 0) std::this_thread::sleep_for(5ms);
  CHECK(std::chrono::steady_clock::now() - begun >= 300ms);
  CHECK(way.arrived == 3);
}

TEST_CASE("of a request that the proxy cuts the server gets no whole one") {
  Way way;
  way.proxy.set(Fault::cut_requests);
  CHECK_FALSE(way.send(std::string(50'000, 'x')).has_value());
  CHECK(way.arrived == 0);
}

TEST_CASE("an answer may come by halves, or byte after byte") {
  Way way;
  way.proxy.set(Fault::halved_answers);
  CHECK_FALSE(way.send("half").has_value());  // of the headers
  CHECK_FALSE(way.send(std::string(2'000, 'x')).has_value());
  CHECK(way.arrived == 2);
  way.proxy.set(Fault::trickling);
  const auto begun = std::chrono::steady_clock::now();
  CHECK(way.send("slowly")->body == "slowly");
  CHECK(std::chrono::steady_clock::now() - begun > 20 * FaultyProxy::trickle_pause);
}

TEST_CASE("requests that the proxy reorders all arrive") {
  Way way;
  way.proxy.set(Fault::reordered);
  std::vector<std::future<bool>> all;
  for (int i = 0; i < 8; ++i)
    all.push_back(std::async(std::launch::async, [&] { return way.send("some").has_value(); }));
  for (auto& one : all) CHECK(one.get());
  CHECK(way.arrived == 8);
}

}  // namespace lectern::store
