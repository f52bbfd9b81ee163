#include "http/wire/server.h"

#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "http/harness.h"

namespace lectern::http {
namespace {

using harness::Answer;
using harness::RawClient;
using harness::RunningServer;

/// Tells what has arrived: method, path, query, body.
Response echo(Request& request) {
  Response response;
  response.headers.set("Content-Type", "text/plain");
  response.body = request.method + " " + request.path + " " + request.query + " " +
                  std::string(request.body.view());
  return response;
}

ServerOptions small() {
  ServerOptions options;
  options.workers = 4;
  options.body_bytes_max = 10 * 1024 * 1024;
  options.on_own_answer = [](const Request&, Response& response) {
    response.headers.set("X-Own", "yes");
  };
  return options;
}

/// What one client sends and what must come back.
struct Exchange {
  const char* name;
  std::string sent;
  int status;
  std::string body;  // for 200 the echo; else a part of the detail
};

std::vector<Exchange> exchanges() {
  const std::string host = "Host: a\r\n";
  return {
      {"POST with Content-Length", "POST /p HTTP/1.1\r\n" + host + "Content-Length: 3\r\n\r\nabc",
       200, "POST /p  abc"},
      {"POST chunked, with extension and trailer",
       "POST /p HTTP/1.1\r\n" + host +
           "Transfer-Encoding: chunked\r\n\r\n3;x=1\r\nabc\r\n2\r\nde\r\n0\r\nT: v\r\n\r\n",
       200, "POST /p  abcde"},
      {"a query", "GET /p?a=b&c=%20 HTTP/1.1\r\n" + host + "\r\n", 200, "GET /p a=b&c=%20 "},
      {"HTTP/1.0 without Host", "GET /p HTTP/1.0\r\n\r\n", 200, "GET /p  "},
      {"HTTP/1.1 without Host", "GET /p HTTP/1.1\r\n\r\n", 400, "Host"},
      {"two Host headers", "GET /p HTTP/1.1\r\n" + host + host + "\r\n", 400, "Host"},
      {"a declared length beyond the limit",
       "POST /p HTTP/1.1\r\n" + host + "Content-Length: 104857600\r\n\r\n", 413, "too large"},
      {"a sent length beyond the limit",
       "POST /p HTTP/1.1\r\n" + host + "Content-Length: 12582912\r\n\r\n" +
           std::string(12'582'912, 'x'),
       413, "too large"},
      {"chunks beyond the limit",
       "POST /p HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\nc00000\r\n" +
           std::string(12'582'912, 'x'),
       413, "too large"},
      {"a header of 100 KB", "GET /p HTTP/1.1\r\n" + host + "X: " + std::string(100'000, 'x'), 431,
       "headers"},
      {"a target of 100 KB", "GET /" + std::string(100'000, 'x'), 431, "headers"},
      {"5,000 headers",
       [&] {
         std::string text = "GET /p HTTP/1.1\r\n" + host;
         for (int i = 0; i < 5000; ++i) text += "X-" + std::to_string(i) + ": y\r\n";
         return text + "\r\n";
       }(),
       431, "headers"},
      {"Content-Length beside Transfer-Encoding",
       "POST /p HTTP/1.1\r\n" + host +
           "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       400, "not valid HTTP"},
      {"Transfer-Encoding before Content-Length",
       "POST /p HTTP/1.1\r\n" + host +
           "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
       400, "not valid HTTP"},
      {"two Content-Length, different",
       "POST /p HTTP/1.1\r\n" + host + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", 400,
       ""},
      {"two Content-Length, equal",
       "POST /p HTTP/1.1\r\n" + host + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400,
       "Content-Length"},
      {"a negative Content-Length", "POST /p HTTP/1.1\r\n" + host + "Content-Length: -1\r\n\r\n",
       400, ""},
      {"a transfer coding that is not known",
       "POST /p HTTP/1.1\r\n" + host + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400,
       "Transfer-Encoding"},
      {"Transfer-Encoding in HTTP/1.0",
       "POST /p HTTP/1.0\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400,
       "Transfer-Encoding"},
      {"a chunk size that is no number",
       "POST /p HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\nxyz\r\nabc", 400, ""},
      {"a chunk size of 70 bits",
       "POST /p HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nabc",
       400, ""},
      {"a chunk extension without end",
       "POST /p HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n3;" +
           std::string(100'000, 'x'),
       400, "chunks"},
      {"bare line feeds", "GET /p HTTP/1.1\nHost: a\n\n", 400, ""},
      {"a blank before the colon", "GET /p HTTP/1.1\r\nHost : a\r\n\r\n", 400, ""},
      {"a NUL in a header", std::string("GET /p HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n", 36), 400,
       ""},
      {"garbage", "\x16\x03\x01 hello\r\n\r\n", 400, ""},
      {"HTTP/2.0", "GET /p HTTP/2.0\r\n" + host + "\r\n", 400, ""},
      {"a folded header", "GET /p HTTP/1.1\r\n" + host + "X: a\r\n b\r\n\r\n", 200, "GET /p  "},
      {"GET with a body", "GET /p HTTP/1.1\r\n" + host + "Content-Length: 2\r\n\r\nab", 200,
       "GET /p  ab"},
      {"an absolute target", "GET http://a.example/p/q?x=y HTTP/1.1\r\n" + host + "\r\n", 200,
       "GET /p/q x=y "},
      {"an absolute target without path", "GET http://a.example?x HTTP/1.1\r\n" + host + "\r\n",
       200, "GET / x "},
      {"OPTIONS *", "OPTIONS * HTTP/1.1\r\n" + host + "\r\n", 200, "OPTIONS *  "},
      {"blank lines before the request", "\r\n\r\nGET /p HTTP/1.1\r\n" + host + "\r\n", 200,
       "GET /p  "},
      {"a Content-Encoding that is not known",
       "POST /p HTTP/1.1\r\n" + host + "Content-Encoding: br\r\nContent-Length: 1\r\n\r\nx", 415,
       "Content-Encoding"},
  };
}

TEST_CASE("each kind of request gets its answer, and the server lives on") {
  RunningServer server(small(), echo);
  for (const auto& exchange : exchanges()) {
    CAPTURE(exchange.name);
    RawClient client(server.port());
    client.send(exchange.sent);
    const Answer answer = client.receive();
    CHECK(answer.status == exchange.status);
    CHECK(answer.header("Date").size() == 29);
    if (exchange.status == 200) {
      CHECK(answer.body == exchange.body);
      continue;
    }
    CHECK(answer.body.starts_with("{\"detail\":\""));
    CHECK(answer.body.find(exchange.body) != std::string::npos);
    CHECK(answer.header("Content-Type") == "application/json");
    CHECK(answer.header("X-Own") == "yes");
    if (exchange.status == 415) continue;
    CHECK(answer.header("Connection") == "close");
    CHECK(client.receive_all().empty());
  }
}

TEST_CASE("pipelined requests are answered in their order") {
  RunningServer server(small(), echo);
  RawClient client(server.port());
  client.send(
      "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nPOST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n"
      "abcHEAD /3 HTTP/1.1\r\nHost: a\r\n\r\nGET /4 HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(client.receive().body == "GET /1  ");
  CHECK(client.receive().body == "POST /2  abc");
  const auto head = client.receive(true);
  CHECK(head.header("Content-Length") == "9");
  CHECK(client.receive().body == "GET /4  ");
}

TEST_CASE("a request that arrives byte by byte is read") {
  RunningServer server(small(), echo);
  RawClient client(server.port());
  const std::string request =
      "POST /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;x=1\r\nabc\r\n"
      "2\r\nde\r\n0\r\nTrailer: x\r\n\r\n";
  for (const char c : request) client.send({&c, 1});
  CHECK(client.receive().body == "POST /p  abcde");
}

TEST_CASE("a client that sends headers one by one meets the limit too") {
  RunningServer server(small(), echo);
  RawClient client(server.port());
  client.send("GET /p HTTP/1.1\r\n");
  bool open = true;
  for (int i = 0; i < 5000 && open; ++i) {
    const auto received = server.server().counters().received_bytes.load();
    open = client.send("X-" + std::to_string(i) + ": yyyyyyyyyyyy\r\n");
    if (i % 100 == 0)
      harness::eventually([&] { return server.server().counters().received_bytes > received; });
    if (server.server().counters().own_answers > 0) break;
  }
  CHECK(client.receive().status == 431);
}

TEST_CASE("HTTP/1.0 lives on only when it asks to, and is told so") {
  RunningServer server(small(), echo);
  RawClient client(server.port());
  client.send("GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  CHECK(client.receive().header("Connection") == "keep-alive");
  client.send("GET /2 HTTP/1.0\r\n\r\n");
  const auto answer = client.receive();
  CHECK(answer.body == "GET /2  ");
  CHECK(answer.header("Connection") == "close");
  CHECK(client.receive_all().empty());
}

TEST_CASE("Connection: close ends the connection behind the answer") {
  RunningServer server(small(), echo);
  RawClient client(server.port());
  client.send("GET /1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  CHECK(client.receive().header("Connection") == "close");
  CHECK(client.receive_all().empty());
}

TEST_CASE("a client that ends its side behind the request still gets the answer") {
  RunningServer server(small(), echo);
  RawClient client(server.port());
  client.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
  client.end_writing();
  CHECK(client.receive().body == "GET /1  ");
  CHECK(client.receive_all().empty());
}

TEST_CASE("100 Continue comes before the body, and not for a body that is refused") {
  RunningServer server(small(), echo);
  const std::string head = "POST /p HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n";
  RawClient client(server.port());
  client.send(head + "Content-Length: 3\r\n\r\n");
  CHECK(client.receive().status == 100);
  client.send("abc");
  CHECK(client.receive().body == "POST /p  abc");
  client.send(head + "Content-Length: 99999999\r\n\r\n");
  CHECK(client.receive().status == 413);
}

TEST_CASE("HEAD is answered with GET's headers and without a body, also for errors") {
  RunningServer server(small(), echo);
  RawClient client(server.port());
  client.send("HEAD /p HTTP/1.1\r\nHost: a\r\n\r\nHEAD /p HTTP/1.1\r\n\r\n");
  const auto answer = client.receive(true);
  CHECK(answer.status == 200);
  CHECK(answer.header("Content-Length") == "9");
  CHECK(client.receive(true).status == 400);
  CHECK(client.receive_all().empty());
}

TEST_CASE("204 and 304 carry no Content-Length and no body") {
  RunningServer server(small(), [](Request& request) {
    Response response;
    response.status = request.path == "/204" ? 204 : 304;
    response.body = "not sent";
    return response;
  });
  RawClient client(server.port());
  client.send("GET /204 HTTP/1.1\r\nHost: a\r\n\r\nGET /304 HTTP/1.1\r\nHost: a\r\n\r\n");
  for (const int status : {204, 304}) {
    const auto answer = client.receive();
    CHECK(answer.status == status);
    CHECK(answer.header("Content-Length").empty());
  }
}

TEST_CASE("a status line has the phrase of RFC 9110") {
  RunningServer server(small(), [](Request& request) {
    Response response;
    response.status = std::stoi(request.path.substr(1));
    return response;
  });
  RawClient client(server.port());
  for (const std::string line :
       {"200 OK", "204 No Content", "413 Content Too Large", "422 Unprocessable Content"}) {
    client.send("GET /" + line.substr(0, 3) + " HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(client.receive().head.starts_with("HTTP/1.1 " + line + "\r\n"));
  }
}

TEST_CASE("a handler that throws is a 500, and the connection lives on") {
  RunningServer server(small(), [](Request& request) -> Response {
    if (request.path == "/throw") throw std::runtime_error("secret");
    return echo(request);
  });
  RawClient client(server.port());
  client.send("GET /throw HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto answer = client.receive();
  CHECK(answer.status == 500);
  CHECK(answer.body.find("secret") == std::string::npos);
  CHECK(client.receive().status == 200);
}

TEST_CASE("a response's value cannot add a header") {
  RunningServer server(small(), [](Request&) {
    Response response;
    response.headers.set("X-A", "a\r\nX-Evil: yes");
    response.headers.set("Content-Length", "77");
    return response;
  });
  RawClient client(server.port());
  client.send("GET /p HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto answer = client.receive();
  CHECK(answer.header("X-A") == "a  X-Evil: yes");
  CHECK(answer.header("X-Evil").empty());
  CHECK(answer.header("Content-Length") == "0");
}

TEST_CASE("the request tells its sender and its id; the proxy's word counts only when trusted") {
  const auto tell = [](Request& request) {
    Response response;
    response.body = request.remote + " " + request.id;
    return response;
  };
  const std::string request =
      "GET /p HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 6.6.6.6, 10.1.2.3\r\nX-Request-ID: "
      "r-1\r\n\r\n";
  auto options = small();
  for (const bool trusted : {false, true}) {
    options.trust_forwarded = trusted;
    RunningServer server(options, tell);
    RawClient client(server.port());
    client.send(request);
    CHECK(client.receive().body == (trusted ? "10.1.2.3 r-1" : "127.0.0.1 r-1"));
    client.send("GET /p HTTP/1.1\r\nHost: a\r\nX-Request-ID: a b\r\n\r\n");
    CHECK(client.receive().body.size() == std::string("127.0.0.1 ").size() + 36);
  }
}

TEST_CASE("connections beyond the limit get 503") {
  auto options = small();
  options.connections_max = 1;
  RunningServer server(options, echo);
  RawClient first(server.port());
  first.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(first.receive().status == 200);
  RawClient second(server.port());
  const auto answer = second.receive();
  CHECK(answer.status == 503);
  CHECK(answer.header("Retry-After") == "1");
  CHECK(answer.body == R"({"detail": "The server has too many connections"})");
  CHECK(server.server().counters().connections_refused == 1);
}

TEST_CASE("random bytes and resets at any point harm nobody else") {
  auto options = small();
  options.io_threads = 2;
  RunningServer server(options, echo);
  const std::string valid =
      "POST /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
  std::mt19937 random(7);
  const auto below = [&](std::size_t bound) { return random() % bound; };
  for (int round = 0; round < 300; ++round) {
    std::string bytes = valid + valid;
    for (auto edits = below(8); edits > 0; --edits)
      bytes[below(bytes.size())] = static_cast<char>(below(256));
    if (round % 3 == 0)
      for (auto& c : bytes) c = static_cast<char>(below(256));
    RawClient client(server.port());
    client.send(bytes.substr(0, below(bytes.size() + 1)));
    if (round % 2 == 0) client.reset();
  }
  RawClient client(server.port());
  client.send(valid);
  CHECK(client.receive().body == "POST /p  abc");
  CHECK(harness::eventually([&] { return server.server().counters().connections_open == 1; }));
  CHECK(harness::eventually([&] { return server.server().counters().requests_in_flight == 0; }));
}

TEST_CASE("a port that is taken, a host that is none, half of TLS are named") {
  RunningServer server(small(), echo);
  auto options = small();
  options.host = "127.0.0.1";
  options.port = server.port();
  CHECK(Server::listen(options, echo).error().message.find("Address already in use") !=
        std::string::npos);
  options.port = 0;
  options.host = "256.0.0.1";
  CHECK(Server::listen(options, echo).error().message.find("256.0.0.1") != std::string::npos);
  options.host = "127.0.0.1";
  options.tls_key_file = "/nowhere/key.pem";
  CHECK(Server::listen(options, echo).error().code == Code::invalid);
  options.tls_certificate_file = "/nowhere/certificate.pem";
  CHECK(Server::listen(options, echo).error().message.find("/nowhere/certificate.pem") !=
        std::string::npos);
}

}  // namespace
}  // namespace lectern::http
