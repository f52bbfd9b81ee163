// What happens when clients are slow, the queue is full, or the server stops.
#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "http/harness.h"
#include "http/wire/server.h"

namespace lectern::http {
namespace {

using harness::eventually;
using harness::RawClient;
using harness::RunningServer;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

const std::string get = "GET /p HTTP/1.1\r\nHost: a\r\n\r\n";

Response ok(Request&) {
  Response response;
  response.body = "ok";
  return response;
}

/// A handler that says when it has begun, and answers when it is let go.
class Gate {
 public:
  Response operator()(Request& request) {
    ++begun;
    open_.wait();
    return ok(request);
  }
  void open() { promise_.set_value(); }
  std::atomic<int> begun{0};

 private:
  std::promise<void> promise_;
  std::shared_future<void> open_ = promise_.get_future().share();
};

/// Sends a byte at a time, as long as the server takes them.
class Dripper {
 public:
  Dripper(RawClient& client, milliseconds pause)
      : thread_([this, &client, pause] {
          while (!ended_ && client.send("x")) std::this_thread::sleep_for(pause);
        }) {}
  ~Dripper() {
    ended_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> ended_{false};
  std::thread thread_;
};

TEST_CASE("headers that drip in are cut off with 408 at their deadline") {
  ServerOptions options;
  options.header_deadline = milliseconds(200);
  RunningServer server(options, ok);
  RawClient client(server.port());
  const auto begin = Clock::now();
  client.send("GET /p HTTP/1.1\r\nX: ");
  const Dripper dripper(client, milliseconds(20));
  CHECK(client.receive().status == 408);
  CHECK(Clock::now() - begin >= milliseconds(200));
  CHECK(Clock::now() - begin < milliseconds(2000));
}

TEST_CASE("a body that drips in is cut off with 408, and holds no worker meanwhile") {
  ServerOptions options;
  options.workers = 1;
  options.body_idle = milliseconds(5000);
  options.body_deadline = milliseconds(400);
  RunningServer server(options, ok);
  RawClient slow(server.port());
  slow.send("POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
  const Dripper dripper(slow, milliseconds(20));
  RawClient quick(server.port());
  quick.send(get);
  CHECK(quick.receive().status == 200);
  CHECK(slow.receive().status == 408);
}

TEST_CASE("a body that stands still is cut off with 408") {
  ServerOptions options;
  options.body_idle = milliseconds(100);
  RunningServer server(options, ok);
  RawClient client(server.port());
  client.send("POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
  const auto answer = client.receive();
  CHECK(answer.status == 408);
  CHECK(answer.body == R"({"detail":"The request's body took too long"})");
  CHECK(client.receive_all().empty());
}

TEST_CASE("a connection between requests is closed without a word after its time") {
  ServerOptions options;
  options.idle_deadline = milliseconds(150);
  RunningServer server(options, ok);
  RawClient fresh(server.port());
  RawClient used(server.port());
  used.send(get);
  CHECK(used.receive().status == 200);
  CHECK(used.receive_all().empty());
  CHECK(fresh.receive_all().empty());
  CHECK(eventually([&] { return server.server().counters().connections_open == 0; }));
}

TEST_CASE("a client that does not read its answer is given up") {
  ServerOptions options;
  options.body_idle = milliseconds(200);
  RunningServer server(options, [](Request&) {
    Response response;
    response.body = std::string(64 * 1024 * 1024, 'x');
    return response;
  });
  RawClient client(server.port());
  client.send(get);
  CHECK(eventually([&] { return server.server().counters().sent_bytes > 0; }));
  CHECK(eventually([&] { return server.server().counters().connections_open == 0; }));
}

TEST_CASE("a full queue is answered at once with 503, and what was queued is still served") {
  ServerOptions options;
  options.workers = 1;
  options.queue_max = 1;
  Gate gate;
  RunningServer server(options, [&](Request& request) { return gate(request); });
  RawClient first(server.port());
  RawClient second(server.port());
  RawClient third(server.port());
  first.send(get);
  REQUIRE(eventually([&] { return gate.begun == 1; }));
  second.send(get);
  REQUIRE(eventually([&] { return server.server().queue_depth() == 1; }));
  third.send(get);
  const auto refused = third.receive();
  CHECK(refused.status == 503);
  CHECK(refused.header("Retry-After") == "1");
  CHECK(refused.body.starts_with("{\"detail\""));
  gate.open();
  CHECK(first.receive().status == 200);
  CHECK(second.receive().status == 200);
  third.send(get);
  CHECK(third.receive().status == 200);
}

TEST_CASE("stop() finishes what is under way and ends what is not") {
  ServerOptions options;
  options.workers = 1;
  Gate gate;
  RunningServer server(options, [&](Request& request) { return gate(request); });
  RawClient idle(server.port());
  RawClient running(server.port());
  RawClient queued(server.port());
  RawClient arriving(server.port());
  running.send(get);
  REQUIRE(eventually([&] { return gate.begun == 1; }));
  queued.send(get);
  arriving.send("POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab");
  REQUIRE(eventually([&] {
    return server.server().queue_depth() == 1 && server.server().counters().received_bytes > 100;
  }));
  server.server().stop();
  CHECK(idle.receive_all().empty());
  arriving.send("cd");
  gate.open();
  for (auto* client : {&running, &queued, &arriving}) {
    const auto answer = client->receive();
    CHECK(answer.status == 200);
    CHECK(answer.body == "ok");
    CHECK(answer.header("Connection") == "close");
    CHECK(client->receive_all().empty());
  }
  server.stop();
  CHECK(server.server().counters().connections_open == 0);
}

TEST_CASE("stop() waits no longer than the drain deadline for a client") {
  ServerOptions options;
  options.drain_deadline = milliseconds(200);
  RunningServer server(options, ok);
  RawClient client(server.port());
  client.send("POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab");
  REQUIRE(eventually([&] { return server.server().counters().received_bytes > 40; }));
  const auto begin = Clock::now();
  server.stop();
  CHECK(Clock::now() - begin >= milliseconds(200));
  CHECK(Clock::now() - begin < milliseconds(3000));
  CHECK(client.receive_all().empty());
}

TEST_CASE("a server that is stopped under load, twice, ends and loses no answer") {
  for (const unsigned io_threads : {1U, 3U}) {
    ServerOptions options;
    options.io_threads = io_threads;
    RunningServer server(options, ok);
    std::atomic<int> lost{0};
    std::vector<std::thread> clients;
    for (int i = 0; i < 8; ++i)
      // Connected here: a thread that is late would find the server stopped.
      clients.emplace_back([&, client = std::make_unique<RawClient>(server.port())] {
        while (client->send(get)) {
          const auto answer = client->receive();
          if (answer.status == 0) break;  // closed between requests
          if (answer.status != 200 || answer.body != "ok") ++lost;
        }
      });
    CHECK(eventually([&] { return server.server().counters().requests > 100; }));
    server.server().stop();
    server.stop();
    for (auto& client : clients) client.join();
    CHECK(lost == 0);
    CHECK(server.server().counters().connections_open == 0);
  }
}

}  // namespace
}  // namespace lectern::http
