#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace lectern::net {

/// For tests: an HTTP/1.1 server on a free port of the loopback interface, a thread a connection.
class LoopbackServer {
 public:
  /// A request as it came.
  struct Request {
    std::string method, target, headers, body;  ///< `headers` are the raw lines
  };
  /// Makes the answer: everything behind "HTTP/1.1 ", e.g. "200 OK\r\nX: y\r\n\r\nbody"; without a
  /// Content-Length one is added. Empty: the connection is closed without an answer. Called on the
  /// connection's thread.
  using Answer = std::function<std::string(const Request&)>;

  explicit LoopbackServer(Answer answer, std::uint16_t port = 0);
  ~LoopbackServer();
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  std::uint16_t port() const { return port_; }
  /// `http://127.0.0.1:PORT`.
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  /// How many connections were accepted so far.
  int connections() const { return connections_; }

 private:
  void accept_all();
  void serve(int socket);

  Answer answer_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_ = 0;
  std::atomic<bool> stopping_ = false;
  std::thread acceptor_;
  std::vector<std::thread> threads_;  // of the acceptor, until it is joined
};

}  // namespace lectern::net
