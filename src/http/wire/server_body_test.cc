// Bodies: zipped, large, streamed.
#include <algorithm>
#include <atomic>
#include <fstream>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "http/compression.h"
#include "http/harness.h"
#include "http/wire/body_spool.h"
#include "http/wire/server.h"

namespace lectern::http {
namespace {

using harness::eventually;
using harness::RawClient;
using harness::RunningServer;

constexpr std::size_t mib = 1024 * 1024;

std::string unzipped(const std::string& zipped) {
  BodySpool out(100 * mib, "");
  REQUIRE(gunzip(zipped, 100 * mib, out));
  return std::string(out.finish()->view());
}

std::string post(const std::string& body, const std::string& headers) {
  return "POST /p HTTP/1.1\r\nHost: a\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

/// Bytes of this process that are its own: neither mapped files nor shared.
std::size_t anonymous_bytes() {
  std::ifstream status("/proc/self/status");
  std::string word;
  std::size_t kib = 0;
  while (status >> word && word != "RssAnon:") {
  }
  status >> kib;
  return kib * 1024;
}

TEST_CASE("bodies of every size arrive whole") {
  ServerOptions options;
  options.body_memory_bytes_max = 100'000;
  RunningServer server(options, [&](Request& request) {
    Response response;
    response.body = request.body.view();
    return response;
  });
  RawClient client(server.port());
  for (const std::size_t size : {0UL, 1UL, 15UL, 64UL, 4096UL, 99'999UL, 100'000UL, 100'001UL,
                                 1'048'512UL, 1'048'576UL, 3'000'000UL}) {
    CAPTURE(size);
    std::string body(size, 'a');
    for (std::size_t i = 0; i < size; ++i) body[i] = static_cast<char>(i * 31 + i / 251);
    client.send(post(body, ""));
    CHECK(client.receive().body == body);
    client.send(post(gzip(body), "Content-Encoding: gzip\r\n"));
    CHECK(client.receive().body == body);
  }
}

TEST_CASE("an upload of 64 MB takes no 64 MB of heap") {
  ServerOptions options;
  std::atomic<std::size_t> anonymous{0};
  RunningServer server(options, [&](Request& request) {
    anonymous = anonymous_bytes();
    Response response;
    const auto view = request.body.view();
    response.body = std::to_string(view.size()) + " " +
                    std::to_string(std::count(view.begin(), view.end(), 'x'));
    return response;
  });
  RawClient client(server.port());
  client.send("POST /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  const std::string chunk = "100000\r\n" + std::string(mib, 'x') + "\r\n";
  const auto before = anonymous_bytes();
  for (int i = 0; i < 64; ++i) client.send(chunk);
  client.send("0\r\n\r\n");
  CHECK(client.receive().body == "67108864 67108864");
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  CHECK(anonymous < before + 16 * mib);
#endif
  CHECK(before > 0);
}

TEST_CASE("a folder for large bodies that does not exist is 503, and small bodies still work") {
  ServerOptions options;
  options.spool_dir = "/nowhere/at/all";
  options.body_memory_bytes_max = 1000;
  RunningServer server(options, [](Request&) { return Response{}; });
  RawClient client(server.port());
  client.send(post("small", ""));
  CHECK(client.receive().status == 200);
  client.send(post(std::string(5000, 'x'), ""));
  CHECK(client.receive().status == 503);
}

TEST_CASE("what is not whole gzip is 400, what unzips beyond the limit 413") {
  ServerOptions options;
  options.body_bytes_max = 8 * mib;
  options.body_memory_bytes_max = mib;
  RunningServer server(options, [](Request&) { return Response{}; });
  const std::string bomb = gzip(std::string(100 * mib, '\0'));
  CHECK(bomb.size() < mib);
  const std::string good = gzip("hello");
  const auto status = [&](const std::string& body) {
    RawClient client(server.port());
    client.send(post(body, "Content-Encoding: gzip\r\n"));
    return client.receive().status;
  };
  CHECK(status(bomb) == 413);
  CHECK(status(good) == 200);
  CHECK(status(good + good) == 200);
  CHECK(status("hello") == 400);
  CHECK(status(good.substr(0, good.size() - 1)) == 400);
  CHECK(status(good + "trailing") == 400);
  auto flipped = good;
  flipped[flipped.size() - 6] = static_cast<char>(flipped[flipped.size() - 6] ^ 1);
  CHECK(status(flipped) == 400);
}

TEST_CASE("Accept-Encoding is read as the standard says") {
  for (const char* yes : {"gzip", "deflate, gzip", "GZIP;q=0.5", "*", "br;q=1, *;q=0.1", "x-gzip",
                          "gzip;q=1.0,identity;q=0"})
    CHECK_MESSAGE(accepts_gzip(yes), yes);
  for (const char* no : {"", "identity", "gzip;q=0", "gzip; q=0.000", "*;q=0", "deflate, br",
                         "gzip;q=0, *", "gzipped"})
    CHECK_MESSAGE(!accepts_gzip(no), no);
}

TEST_CASE("answers are zipped when asked for and worth it") {
  const std::string large(5000, 'x');
  RunningServer server({}, [&](Request& request) {
    Response response;
    const bool image = request.path == "/image";
    response.headers.set("Content-Type", image ? "image/png" : "application/json; charset=utf-8");
    response.headers.set("ETag", request.path == "/weak" ? "W/\"a\"" : "\"a\"");
    response.body = request.path == "/small" ? "{}" : large;
    return response;
  });
  RawClient client(server.port());
  const auto ask = [&](const std::string& path, const std::string& accept) {
    client.send("GET " + path + " HTTP/1.1\r\nHost: a\r\n" + accept + "\r\n");
    return client.receive();
  };
  const std::string gzip_too = "Accept-Encoding: gzip\r\n";
  const auto zipped = ask("/", gzip_too);
  CHECK(zipped.header("Content-Encoding") == "gzip");
  CHECK(zipped.header("Vary") == "Accept-Encoding");
  CHECK(zipped.body.size() < 200);
  CHECK(unzipped(zipped.body) == large);
  CHECK(zipped.header("ETag") == "\"a-gzip\"");
  CHECK(ask("/", "").header("ETag") == "\"a\"");
  CHECK(ask("/weak", gzip_too).header("ETag") == "W/\"a\"");
  CHECK(ask("/", "").body == large);
  CHECK(ask("/", "").header("Vary") == "Accept-Encoding");
  CHECK(ask("/small", gzip_too).body == "{}");
  CHECK(ask("/image", gzip_too).body == large);
  client.send("HEAD / HTTP/1.1\r\nHost: a\r\n" + gzip_too + "\r\n");
  CHECK(client.receive(true).header("Content-Length") == zipped.header("Content-Length"));
}

/// A stream of `pieces` pieces of 1 MiB that counts what was taken from it.
Response stream_of(std::size_t pieces, std::shared_ptr<std::atomic<std::size_t>> taken) {
  Response response;
  response.stream_bytes = pieces * mib;
  response.stream = [taken = std::move(taken)]() -> Result<std::string> {
    const auto piece = taken->fetch_add(1);
    return std::string(mib, static_cast<char>('a' + piece % 26));
  };
  return response;
}

TEST_CASE("a streamed answer is pulled as fast as the client reads, and no faster") {
  const auto taken = std::make_shared<std::atomic<std::size_t>>(0);
  RunningServer server({}, [&](Request&) { return stream_of(64, taken); });
  RawClient client(server.port(), 64 * 1024);
  client.send("GET /p HTTP/1.1\r\nHost: a\r\n\r\n");
  std::size_t received = 0;
  std::size_t ahead_max = 0;
  char last = 0;
  for (auto piece = client.receive_some(); !piece.empty(); piece = client.receive_some()) {
    received += piece.size();
    last = piece.back();
    const auto pulled = taken->load() * mib;
    ahead_max = std::max(ahead_max, pulled > received ? pulled - received : 0);
    if (received > 64 * mib) break;
  }
  CHECK(received > 64 * mib);
  CHECK(last == static_cast<char>('a' + 63 % 26));
  CHECK(ahead_max < 16 * mib);
  CHECK(taken->load() == 64);
}

TEST_CASE("an open-ended stream pauses, and ends by its last chunk when it says that it is done") {
  for (const bool pauses : {true, false}) {
    CAPTURE(pauses);
    RunningServer server({}, [&](Request&) {
      const auto asked = std::make_shared<std::atomic<int>>(0);
      Response response;
      response.stream_open_ended = true;
      response.stream = [asked]() -> Result<std::string> {
        const int time = ++*asked;
        return std::string(time == 1 ? "abc" : time == 3 ? "de" : "");
      };
      if (pauses) response.stream_ready = [] { return true; };
      response.stream_done = [asked] { return *asked >= 4; };
      return response;
    });
    RawClient client(server.port());
    client.send("GET /p HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    const auto all = client.receive_all();
    CHECK(all.find("Transfer-Encoding: chunked\r\n") != std::string::npos);
    CHECK(all.ends_with("\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"));
  }
}

TEST_CASE("HEAD of a streamed answer pulls nothing") {
  const auto taken = std::make_shared<std::atomic<std::size_t>>(0);
  RunningServer server({}, [&](Request&) { return stream_of(3, taken); });
  RawClient client(server.port());
  client.send("HEAD /p HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(client.receive(true).header("Content-Length") == std::to_string(3 * mib));
  CHECK(taken->load() == 0);
}

TEST_CASE("a client that goes away in a download frees its stream") {
  const auto taken = std::make_shared<std::atomic<std::size_t>>(0);
  RunningServer server({}, [&](Request&) { return stream_of(10'000, taken); });
  for (const bool reset : {true, false}) {
    auto client = std::make_unique<RawClient>(server.port());
    client->send("GET /p HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK_FALSE(client->receive_some().empty());
    if (reset) client->reset();
    client.reset();
    CHECK(eventually([&] { return server.server().counters().connections_open == 0; }));
    CHECK(taken.use_count() == 1);
  }
}

TEST_CASE("a stream that fails, throws or ends early breaks the connection off") {
  RunningServer server({}, [&](Request& request) {
    Response response;
    response.stream_bytes = 10;
    response.stream = [path = request.path, first = true]() mutable -> Result<std::string> {
      if (std::exchange(first, false)) return std::string("abc");
      if (path == "/throw") throw std::runtime_error("no");
      if (path == "/fail") return fail(Code::unavailable, "no");
      return path == "/long" ? std::string(100, 'x') : std::string();
    };
    return response;
  });
  for (const char* path : {"/throw", "/fail", "/short", "/long"}) {
    CAPTURE(path);
    RawClient client(server.port());
    client.send(std::string("GET ") + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
    const auto all = client.receive_all();
    CHECK(all.find("Content-Length: 10\r\n") != std::string::npos);
    CHECK(all.ends_with("\r\n\r\nabc"));
  }
}

}  // namespace
}  // namespace lectern::http
