#include "http/server.h"

#include <atomic>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "http/harness.h"

namespace lectern::http {
namespace {

using harness::Answer;
using harness::RawClient;
using harness::RunningServer;
using std::chrono::milliseconds;

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
  options.on_own_answer = [](Headers& headers) { headers.set("X-Own", "yes"); };
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
    CHECK(answer.body.starts_with("{\"detail\": \""));
    CHECK(answer.body.find(exchange.body) != std::string::npos);
    CHECK(answer.header("Content-Type") == "application/json");
    CHECK(answer.header("X-Own") == "yes");
    if (exchange.status == 415) continue;
    CHECK(answer.header("Connection") == "close");
    CHECK(client.receive_all().empty());
  }
}

}  // namespace
}  // namespace lectern::http
