#include "cli/process/sentry.h"

#include <string>

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"

namespace lectern::cli {
namespace {

/// Accepts one connection, answers 200, and returns what was sent.
class Receiver {
 public:
  Receiver() : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(bind(socket_, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(listen(socket_, 1) == 0);
    REQUIRE(getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
  }
  ~Receiver() { close(socket_); }

  int port() const { return port_; }
  std::string receive() const {
    const int client = accept(socket_, nullptr, nullptr);
    std::string request;
    char buffer[4096];
    while (request.find("formatted") == std::string::npos) {
      const auto count = read(client, buffer, sizeof buffer);
      if (count <= 0) break;
      request.append(buffer, static_cast<std::size_t>(count));
    }
    const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
    REQUIRE(write(client, answer.data(), answer.size()) > 0);
    close(client);
    return request;
  }

 private:
  int socket_;
  int port_ = 0;
};

}  // namespace

TEST_CASE("an error in the log reaches Sentry as an envelope") {
  const Receiver receiver;
  auto sentry =
      Sentry::start("http://abc@127.0.0.1:" + std::to_string(receiver.port()) + "/42", "testing");
  REQUIRE(sentry);
  log::warning("only a warning");
  log::error("the {} burns", "house");
  const std::string request = receiver.receive();
  CHECK(request.starts_with("POST /api/42/envelope/ HTTP/1.1"));
  CHECK(request.find("sentry_key=abc") != std::string::npos);
  CHECK(request.find("the house burns") != std::string::npos);
  CHECK(request.find("\"environment\":\"testing\"") != std::string::npos);
  CHECK(request.find("only a warning") == std::string::npos);
}

TEST_CASE("a DSN without key, host or project is refused") {
  for (const auto* dsn : {"nonsense", "https://host/1", "https://key@host", "https://key@host/"})
    CHECK(!Sentry::start(dsn, ""));
}

}  // namespace lectern::cli
