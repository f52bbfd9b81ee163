// What is decided by a request's head, and the budgets that bodies and answers take from.
#include <atomic>
#include <string>

#include <doctest/doctest.h>

#include "auth/principal.h"
#include "http/compression.h"
#include "http/harness.h"

namespace lectern::http {
namespace {

using harness::eventually;
using harness::RawClient;
using harness::RunningServer;
using std::chrono::milliseconds;

constexpr std::size_t mib = 1024 * 1024;

Response ok(Request& request) {
  Response response;
  response.body = "took " + std::to_string(request.body.view().size());
  return response;
}

/// Knows who sends `X-User`; `slow` takes a check.
Admission admit(Request& head, bool has_body, bool may_block) {
  const auto user = head.headers.find("X-User");
  if (!has_body || head.path == "/form") return {.body_bytes_max = 100};
  if (user == "slow" && !may_block) return {.undecided = true};
  if (!user || user == "nobody") {
    Response refused;
    refused.status = 401;
    return {.answer = refused};
  }
  auth::Principal principal;
  principal.username = *user;
  head.principal = std::make_shared<const auth::Principal>(principal);
  return {};
}

ServerOptions with_admission() {
  ServerOptions options;
  options.workers = 4;
  options.admit = admit;
  return options;
}

std::string head(const std::string& path, std::size_t bytes, const std::string& more) {
  return "POST " + path + " HTTP/1.1\r\nHost: a\r\n" + more +
         "Content-Length: " + std::to_string(bytes) + "\r\n\r\n";
}

TEST_CASE("who is not known is answered before a byte of the body has come") {
  RunningServer server(with_admission(), ok);
  for (const char* more : {"", "X-User: nobody\r\n", "Expect: 100-continue\r\n"}) {
    RawClient client(server.port());
    client.send(head("/p", 100 * mib, more));
    const auto answer = client.receive();
    CHECK(answer.status == 401);
    CHECK(answer.header("Connection") == "close");
  }
  CHECK(server.server().memory().taken_most() == 0);
}

TEST_CASE("a small refused body is dropped, and the connection lives on") {
  RunningServer server(with_admission(), ok);
  RawClient client(server.port());
  client.send(head("/p", 30'000, ""));
  CHECK(client.receive().status == 401);
  client.send(std::string(30'000, 'x') + head("/p", 3, "X-User: ada\r\n") + "abc");
  CHECK(client.receive().body == "took 3");
  client.send(head("/p", 3, "X-User: slow\r\n") + "abc");
  CHECK(client.receive().body == "took 3");
}

TEST_CASE("a body may be bounded by what its head says, zipped or not") {
  RunningServer server(with_admission(), ok);
  const auto status = [&](const std::string& sent) {
    RawClient client(server.port());
    client.send(sent);
    return client.receive().status;
  };
  CHECK(status(head("/form", 100, "") + std::string(100, 'x')) == 200);
  CHECK(status(head("/form", 101, "")) == 413);
  CHECK(status("POST /form HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n" +
               std::string(101, 'x') + "\r\n0\r\n\r\n") == 413);
  const auto zipped = gzip(std::string(10 * mib, 'x'));
  CHECK(status("POST /form HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\nTransfer-Encoding: "
               "chunked\r\n\r\n32\r\n" +
               zipped.substr(0, 50)) != 200);
  const auto small = gzip(std::string(1000, 'x'));
  REQUIRE(small.size() < 100);
  CHECK(status(head("/form", small.size(), "Content-Encoding: gzip\r\n") + small) == 413);
}

TEST_CASE("bodies under way take no more memory than there is, and small ones go on") {
  auto options = with_admission();
  options.memory_bytes_max = 16 * mib;
  options.body_idle = milliseconds(60'000);
  options.body_deadline = milliseconds(60'000);
  RunningServer server(options, ok);
  // Three users each begin four bodies of 3 MiB and never end them.
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 12; ++i) {
    auto& client = clients.emplace_back(std::make_unique<RawClient>(server.port()));
    client->send(head("/p", 3 * mib, "X-User: u" + std::to_string(i % 3) + "\r\n"));
    client->send(std::string(3 * mib - 1, 'x'));
  }
  // What was sent may still lie in the kernel: nobody ends a body before one was refused.
  REQUIRE(eventually([&] { return server.server().counters().own_answers > 0; }));
  int refused = 0;
  for (auto& client : clients) {
    RawClient good(server.port());
    good.send(head("/p", 20'000, "X-User: ada\r\n") + std::string(20'000, 'x'));
    CHECK(good.receive().body == "took 20000");
    client->send("x");
    const auto answer = client->receive();
    if (answer.status == 503) {
      ++refused;
      CHECK_FALSE(answer.header("Retry-After").empty());
    } else {
      CHECK(answer.status == 200);
    }
  }
  CHECK(refused > 0);
  CHECK(refused < 12);
  CHECK(server.server().memory().taken_most() <= 16 * mib);
  clients.clear();
  CHECK(eventually([&] { return server.server().memory().taken() == 0; }));
}

TEST_CASE("spooled bodies take no more of the disk than their budget") {
  auto options = with_admission();
  options.spool_bytes_max = 16 * mib;
  options.body_memory_bytes_max = 64 * 1024;
  RunningServer server(options, ok);
  RawClient client(server.port());
  client.send(head("/p", 7 * mib, "X-User: ada\r\n") + std::string(7 * mib, 'x'));
  CHECK(client.receive().body == "took " + std::to_string(7 * mib));
  client.send(head("/p", 12 * mib, "X-User: ada\r\n"));
  client.send(std::string(12 * mib, 'x'));
  CHECK(client.receive().status == 413);  // more than one user may ever have
  CHECK(server.server().spool().taken_most() <= 8 * mib);
  CHECK(eventually([&] { return server.server().spool().taken() == 0; }));
}

TEST_CASE("an answer counts until its client has taken it") {
  auto options = with_admission();
  options.memory_bytes_max = 64 * mib;
  options.body_idle = milliseconds(500);
  RunningServer server(options, [](Request&) {
    Response response;
    response.body = std::string(12 * mib, 'x');
    return response;
  });
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 8; ++i) {
    auto& client = clients.emplace_back(std::make_unique<RawClient>(server.port(), 16 * 1024));
    client->send(head("/p", 3, "X-User: u" + std::to_string(i) + "\r\n") + "abc");
  }
  CHECK(eventually([&] { return server.server().memory().taken() > 20 * mib; }));
  // Nobody reads: those who got an answer are given up, and the memory is free again.
  CHECK(eventually([&] { return server.server().memory().taken() == 0; }));
  CHECK(server.server().memory().taken_most() <= 64 * mib);
}

TEST_CASE("a client that reads slowly and steadily gets all of its answer") {
  auto options = with_admission();
  options.body_idle = milliseconds(400);
  const std::string body(6 * mib, 'x');
  RunningServer server(options, [&](Request&) {
    Response response;
    response.body = body;
    return response;
  });
  RawClient client(server.port(), 64 * 1024);
  client.send("GET /p HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  std::size_t received = 0;
  for (auto piece = client.receive_some(); !piece.empty(); piece = client.receive_some()) {
    received += piece.size();
    // Some 1.2 MB/s at first: less than a third of the kernel's buffer in the idle time.
    if (received < 2 * mib) std::this_thread::sleep_for(milliseconds(50));
  }
  CHECK(received > body.size());
}

TEST_CASE("a client that reads steadily and too slowly is given up when its time is over") {
  auto options = with_admission();
  options.body_idle = milliseconds(400);
  options.body_deadline = milliseconds(1500);
  RunningServer server(options, [](Request&) {
    Response response;
    response.body = std::string(7 * mib, 'x');
    return response;
  });
  RawClient client(server.port(), 64 * 1024);
  client.send("GET /p HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  std::size_t received = 0;
  for (auto piece = client.receive_some(); !piece.empty(); piece = client.receive_some()) {
    received += piece.size();
    std::this_thread::sleep_for(milliseconds(50));
  }
  CHECK(received < 7 * mib);
  CHECK(eventually([&] { return server.server().counters().connections_open == 0; }));
}

}  // namespace
}  // namespace lectern::http
