#include "net/http_client.h"

#include <future>

#include <doctest/doctest.h>

#include "net/answer_budget.h"
#include "net/download.h"
#include "net/loopback_server.h"
#include "net/outstanding.h"
#include "net/retry_after.h"
#include "net/upload.h"

using namespace lectern;
using namespace lectern::net;
using namespace std::chrono_literals;

TEST_CASE("a request arrives as it was made, and its answer comes back whole") {
  LoopbackServer server([](const LoopbackServer::Request& request) {
    return "201 Created\r\nX-Seen: " + request.method + " " + request.target + "\r\n\r\n" +
           request.body + "|" + request.headers;
  });
  HttpClient client;
  HttpRequest request{"PUT", server.url() + "/a?b=c", {{"X-One", "1"}, {"X-None", ""}}, "body", {}};
  const auto response = client.send(request);
  REQUIRE(response);
  CHECK(response->status == 201);
  CHECK(response->header("x-seen") == "PUT /a?b=c");
  CHECK(response->body.substr(0, 5) == "body|");
  CHECK(response->body.find("X-One: 1\r\n") != std::string::npos);
  CHECK(response->body.find("X-None:") != std::string::npos);
  CHECK(response->body.find("Expect") == std::string::npos);
}

TEST_CASE("every method works, with a body and without") {
  LoopbackServer server([](const LoopbackServer::Request& request) {
    if (request.method == "HEAD") return std::string("200 OK\r\nContent-Length: 7\r\n\r\n");
    return "200 OK\r\n\r\n" + request.method + ":" + request.body;
  });
  HttpClient client;
  const auto body_of = [&](std::string method, std::string_view body) {
    auto response = client.send({std::move(method), server.url() + "/", {}, body, {}});
    REQUIRE(response);
    return response->body;
  };
  CHECK(body_of("GET", "") == "GET:");
  CHECK(body_of("GET", "query") == "GET:query");
  CHECK(body_of("POST", "") == "POST:");
  CHECK(body_of("DELETE", "") == "DELETE:");
  CHECK(body_of("HEAD", "") == "");
  CHECK(body_of("GET", "") == "GET:");
  CHECK(server.connections() == 1);
}

TEST_CASE("an answer that does not come before the deadline is unavailable") {
  std::promise<void> release;
  auto released = release.get_future().share();
  LoopbackServer server([released](const LoopbackServer::Request&) {
    released.wait();
    return std::string();
  });
  HttpClient client;
  const auto begin = std::chrono::steady_clock::now();
  const auto by_deadline = client.send({"GET", server.url(), {}, {}, {}}, begin + 50ms);
  CHECK_FALSE(by_deadline);
  CHECK(by_deadline.error().code == Code::unavailable);
  const auto by_timeout = client.send({"GET", server.url(), {}, {}, 50ms});
  CHECK(by_timeout.error().code == Code::unavailable);
  CHECK(std::chrono::steady_clock::now() - begin < 5s);
  const auto already_past = client.send({"GET", server.url(), {}, {}, {}}, begin);
  CHECK(already_past.error().code == Code::unavailable);
  release.set_value();
}

TEST_CASE("no more connections than allowed are open at once") {
  std::atomic<int> at_once = 0, most = 0;
  LoopbackServer server([&](const LoopbackServer::Request&) {
    most = std::max(most.load(), ++at_once);
    std::this_thread::sleep_for(2ms);
    --at_once;
    return std::string("200 OK\r\n\r\n");
  });
  HttpOptions options;
  options.connections_max = 2;
  HttpClient client(options);
  std::vector<std::future<bool>> all;
  for (int i = 0; i < 12; ++i)
    all.push_back(std::async(std::launch::async, [&] {
      return client.send({"GET", server.url(), {}, {}, {}}).has_value();
    }));
  for (auto& one : all) CHECK(one.get());
  CHECK(most <= 2);
  CHECK(server.connections() <= 2);
}

TEST_CASE("a connection that was closed meanwhile is replaced without an error") {
  std::atomic<int> requests = 0;
  LoopbackServer server([&](const LoopbackServer::Request&) {
    // The second request on a connection finds it closed.
    return ++requests == 2 ? std::string() : std::string("200 OK\r\n\r\nfine");
  });
  HttpClient client;
  CHECK(client.send({"GET", server.url(), {}, {}, {}}));
  const auto second = client.send({"POST", server.url(), {}, "x", {}});
  REQUIRE(second);
  CHECK(second->body == "fine");
  CHECK(server.connections() == 2);
}

TEST_CASE("W7: a request that is sent once is not repeated, whatever becomes of its connection") {
  std::atomic<int> requests = 0;
  LoopbackServer server([&](const LoopbackServer::Request& request) {
    ++requests;
    return request.body.substr(0, 4) == "lost" ? std::string() : "200 OK\r\n\r\n" + request.body;
  });
  HttpClient client;
  const auto send = [&](std::string_view body) {
    HttpRequest request{"POST", server.url(), {}, body, {}};
    request.once = true;
    return client.send(request);
  };
  const std::string large(1 << 20, 'x');
  REQUIRE(send(large));
  CHECK(send(large)->body == large);
  CHECK(server.connections() == 1);
  for (const std::string& body : {std::string("lost"), "lost" + large}) {
    const auto before = requests.load();
    const auto lost = send(body);
    REQUIRE_FALSE(lost);
    CHECK(lost.error().code == Code::unavailable);
    CHECK(requests == before + 1);
    CHECK(send("afterwards")->body == "afterwards");
  }
}

TEST_CASE("errors name the address without its password") {
  HttpClient client;
  const auto refused = client.send({"GET", "http://jane:secret@127.0.0.1:1/x?token=t", {}, {}, {}});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::unavailable);
  CHECK(refused.error().detail.find("http://127.0.0.1:1/x") != std::string::npos);
  CHECK(refused.error().detail.find("secret") == std::string::npos);
  CHECK(refused.error().detail.find("token") == std::string::npos);
  CHECK(client.send({"GET", "ftp://127.0.0.1/", {}, {}, {}}).error().code == Code::invalid);
  CHECK(without_credentials("https://a:b@c@h:1/p@q") == "https://h:1/p@q");
}

TEST_CASE("an answer beyond the limit is broken off") {
  LoopbackServer server(
      [](const LoopbackServer::Request&) { return "200 OK\r\n\r\n" + std::string(2000, 'x'); });
  HttpOptions options;
  options.response_bytes_max = 1000;
  HttpClient client(options);
  CHECK(client.send({"GET", server.url(), {}, {}, {}}).error().code == Code::too_large);
}

TEST_CASE("an answer whose length is announced as beyond the limit is not waited for") {
  LoopbackServer server([](const LoopbackServer::Request&) {
    return std::string("200 OK\r\nContent-Length: 1000000\r\n\r\nx");
  });
  HttpOptions options;
  options.response_bytes_max = 1000;
  HttpClient client(options);
  const auto begin = std::chrono::steady_clock::now();
  CHECK(client.send({"GET", server.url(), {}, {}, {}}).error().code == Code::too_large);
  CHECK(std::chrono::steady_clock::now() - begin < 10s);
}

TEST_CASE("headers beyond a limit are broken off") {
  std::string head = "200 OK\r\n";
  while (head.size() < 1024 * 1024) head += "X-Filler: " + std::string(8000, 'x') + "\r\n";
  LoopbackServer server([&](const LoopbackServer::Request&) { return head + "\r\n"; });
  HttpClient client;
  CHECK(client.send({"GET", server.url(), {}, {}, {}}).error().code == Code::too_large);
}

TEST_CASE("answers share a budget, and give their part back") {
  AnswerBudget budget(5000);
  AnswerShare one(budget);
  CHECK(one.grow_to(4000));
  {
    AnswerShare other(budget);
    CHECK(other.grow_to(1000));
    CHECK_FALSE(other.grow_to(1001));
    CHECK_FALSE(one.grow_to(4001));
    CHECK(one.grow_to(10));
    CHECK(budget.taken() == 5000);
  }
  CHECK(budget.taken() == 4000);
  CHECK(one.grow_to(5000));
  CHECK_FALSE(one.grow_to(static_cast<std::size_t>(-1)));
}

TEST_CASE("a call that is given up returns at once, others go on") {
  std::promise<void> release;
  auto released = release.get_future().share();
  LoopbackServer server([released](const LoopbackServer::Request& request) {
    if (request.target != "/quick") released.wait();
    return std::string("200 OK\r\n\r\n");
  });
  HttpClient client;
  const auto begin = std::chrono::steady_clock::now();
  auto ask = [&](std::chrono::milliseconds timeout) {
    return std::async(std::launch::async, [&client, &server, timeout] {
      return client.send({"GET", server.url(), {}, {}, timeout});
    });
  };
  auto given_up = ask(20s);
  auto patient = ask(60s);  // longer than HttpOptions::timeout
  auto& calls = calls_to(server.url());
  while (!calls.oldest()) std::this_thread::sleep_for(1ms);
  CHECK(client.send({"GET", server.url() + "/quick", {}, {}, {}}));
  while (calls.abandon(std::chrono::steady_clock::now()) == 0) std::this_thread::sleep_for(1ms);
  const auto answer = given_up.get();
  CHECK(std::chrono::steady_clock::now() - begin < 10s);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == Code::unavailable);
  CHECK(answer.error().detail.find("given up") != std::string::npos);
  release.set_value();
  CHECK(patient.get());
}

namespace {

/// A body of so many bytes, made while it is sent; fails at the end when it is told to.
struct Counting final : BodySource {
  explicit Counting(std::uint64_t size) : size_(size) {}
  std::uint64_t bytes() const override { return size_; }
  Result<std::size_t> read(char* to, std::size_t room) override {
    std::size_t i = 0;
    for (; i < room && at_ < size_; ++i, ++at_) to[i] = static_cast<char>('a' + at_ % 26);
    if (at_ == size_ && fails) return fail(Code::unavailable, "it has gone");
    return i;
  }

  bool fails = false;

 private:
  const std::uint64_t size_;
  std::uint64_t at_ = 0;
};

}  // namespace

TEST_CASE("a body may be made while it is sent") {
  LoopbackServer server(
      [](const LoopbackServer::Request& request) { return "200 OK\r\n\r\n" + request.body; });
  const HttpRequest request{"POST", server.url(), {}, {}, {}};
  Counting body(300'000);
  const auto answer = upload(request, body, {});
  REQUIRE(answer);
  CHECK(answer->body.size() == 300'000);
  CHECK(answer->body.substr(0, 30) == "abcdefghijklmnopqrstuvwxyzabcd");
  CHECK(answer->body.back() == 'a' + 299'999 % 26);
  Counting broken(300'000);
  broken.fails = true;
  const auto failed = upload(request, broken, {});
  REQUIRE_FALSE(failed);
  CHECK(failed.error().message == "it has gone");
}

TEST_CASE("calls to one server are known together, whoever makes them") {
  CHECK(&calls_to("http://a:b@host:1/x?y") == &calls_to("http://host:1"));
  CHECK(&calls_to("http://host:1") != &calls_to("http://host:2/"));
}

TEST_CASE("Retry-After is read as seconds and as a date, and bounded") {
  const Time now = parse_time("2026-11-30T10:00:00Z").value();
  const auto pause = [&](const std::string& value) {
    HttpResponse answer;
    if (!value.empty()) answer.headers.emplace_back("retry-after", value);
    return retry_after(answer, now, 1h);
  };
  CHECK(pause("") == std::nullopt);
  CHECK(pause("0") == 0s);
  CHECK(pause("20") == 20s);
  CHECK(pause("1000000") == 1h);
  CHECK(pause("99999999999999999999") == 1h);
  CHECK(pause("Mon, 30 Nov 2026 10:00:30 GMT") == 30s);
  CHECK(pause("Monday, 30-Nov-26 10:00:30 GMT") == 30s);
  CHECK(pause("Mon, 30 Nov 2026 09:00:00 GMT") == 0s);
  CHECK(pause("Tue, 30 Nov 2027 09:00:00 GMT") == 1h);
  CHECK(pause("soon") == std::nullopt);
  CHECK(pause("-5") == std::nullopt);
}

TEST_CASE("a downloaded body is given on as it comes, and a refusal stands in the answer") {
  LoopbackServer server([](const LoopbackServer::Request& request) {
    const bool good = request.target == "/good";
    return (good ? "200 OK\r\n\r\n" : "404 Not Found\r\n\r\n") + std::string(1'000'000, 'x');
  });
  struct Taker : BodyTaker {
    Result<bool> take(const HttpResponse& head, std::string_view bytes) override {
      CHECK(head.status == 200);
      taken += bytes.size();
      if (fails) return fail(Code::conflict, "no");
      return taken < wanted;
    }
    bool is_stopped() const override { return false; }
    std::size_t taken = 0, wanted = 2'000'000;
    bool fails = false;
  };
  Taker all, some, none, refused;
  const auto whole = download({"GET", server.url() + "/good", {}, {}, {}}, all, {});
  REQUIRE(whole);
  CHECK(whole->status == 200);
  CHECK(whole->body.empty());
  CHECK(all.taken == 1'000'000);
  some.wanted = 1;
  CHECK(download({"GET", server.url() + "/good", {}, {}, {}}, some, {}));
  CHECK(some.taken < 1'000'000);
  none.fails = true;
  const auto failed = download({"GET", server.url() + "/good", {}, {}, {}}, none, {});
  REQUIRE_FALSE(failed);
  CHECK(failed.error().code == Code::conflict);
  const auto not_found = download({"GET", server.url() + "/bad", {}, {}, {}}, refused, {});
  REQUIRE(not_found);
  CHECK(not_found->status == 404);
  CHECK(not_found->body.size() == 1'000'000);
  CHECK(refused.taken == 0);
}
